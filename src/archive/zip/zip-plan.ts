import { DamagedEntry, UnsafeEntry } from '../archive-failure.js';
import { assertStripped, placeEntry } from '../entry-path.js';
import { assertTargetLength } from '../deferred-links.js';
import type { ExtractMeter } from '../limits.js';
import { assertExtractable } from './extractable.js';
import type { ZipRecord } from './zip-record.js';

/** What an entry becomes. */
export interface PlannedEntry {
  readonly record: ZipRecord;
  /** Relative to the destination, with `/`. */
  readonly place: string;
  /** Where the next entry, or the directory, begins: the content must end before. */
  readonly boundary: number;
}

/** Resource forks, which the archiver of macOS adds and other systems have no use for. */
const RESOURCE_FORKS = '__MACOSX/';
const LOCAL_HEADER_SIZE = 30;

/** Decides for all entries of a zip what is written, before anything is. */
export class ZipPlan {
  readonly #strip: number;
  readonly #meter: ExtractMeter;
  readonly #records: ZipRecord[] = [];
  /** Of two entries with one name, the last. */
  readonly #places = new Map<string, ZipRecord>();

  constructor(strip: number, meter: ExtractMeter) {
    this.#strip = strip;
    this.#meter = meter;
  }

  /** @throws UnsafeEntry, DamagedEntry */
  admit(record: ZipRecord): void {
    this.#meter.countEntry(record.name);
    this.#records.push(record);
    const place = placeEntry(record.name, this.#strip);
    if (record.kind === 'special') throw new UnsafeEntry(record.name, 'is a device, a pipe or a socket');
    if (record.kind === 'folder') assertEmptyFolder(record);
    if (record.name.startsWith(RESOURCE_FORKS)) return;
    if (place !== undefined) this.#put(place, record);
    else if (record.kind !== 'folder') assertStripped(record.name, this.#strip);
  }

  /**
   * All entries to make, in the order in which they lie in the file.
   * @param end where the last content must end
   * @throws UnsafeEntry when entries overlap, or lie below a link; DamagedEntry
   */
  entries(end: number): readonly PlannedEntry[] {
    const boundaries = this.#boundaries(end);
    const planned = [...this.#places].map(([place, record]) => {
      return { record, place, boundary: boundaries.get(record) ?? end };
    });
    for (const { place, record } of planned) this.#assertParentsAreFolders(place, record);
    return planned.sort((one, other) => offsetOf(one.record) - offsetOf(other.record));
  }

  #put(place: string, record: ZipRecord): void {
    assertExtractable(record);
    if (record.kind === 'link') assertTargetLength(record.name, record.entry.uncompressedSize);
    const earlier = this.#places.get(place);
    if (earlier && (earlier.kind === 'folder') !== (record.kind === 'folder')) {
      throw new UnsafeEntry(record.name, 'comes twice: as a folder and as something else');
    }
    if (record.kind !== 'folder') this.#meter.countContent(record.name, record.entry.uncompressedSize);
    this.#places.set(place, record);
  }

  /** A bomb of overlapping entries names the same content many times (Fifield, "A better zip bomb", 2019). */
  #boundaries(end: number): ReadonlyMap<ZipRecord, number> {
    const sorted = this.#records.toSorted((one, other) => offsetOf(one) - offsetOf(other));
    return new Map(
      sorted.map((record, index) => {
        const next = sorted[index + 1];
        const boundary = next ? offsetOf(next) : end;
        if (smallestEnd(record) > boundary) throw new UnsafeEntry(record.name, 'overlaps with other entries');
        return [record, boundary];
      }),
    );
  }

  #assertParentsAreFolders(place: string, record: ZipRecord): void {
    for (let at = place.indexOf('/'); at !== -1; at = place.indexOf('/', at + 1)) {
      const parent = place.slice(0, at);
      const kind = this.#places.get(parent)?.kind;
      if (kind === 'link') throw new UnsafeEntry(record.name, `would be written through the link ${parent}`);
      if (kind === 'file') throw new DamagedEntry(record.name, `lies below ${parent}, which is a file`);
    }
  }
}

function offsetOf({ entry }: ZipRecord): number {
  return entry.relativeOffsetOfLocalHeader;
}

/** The extra field of the local header, which is not known yet, may add to it. */
function smallestEnd({ entry }: ZipRecord): number {
  return entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_SIZE + entry.fileNameLength + entry.compressedSize;
}

function assertEmptyFolder({ name, entry }: ZipRecord): void {
  if (entry.uncompressedSize > 0) throw new DamagedEntry(name, 'is a folder, and yet has content');
}
