import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DamagedEntry } from '../archive-failure.js';
import { ExtractMeter } from '../limits.js';
import { TreeWriter, type Attributes } from '../tree-writer.js';
import type { Unpacked, UnpackRequest } from '../unpack.js';
import { readContent, type TakePiece } from './entry-content.js';
import { locateContent } from './locate-content.js';
import { ZipArchive } from './zip-archive.js';
import { ZipPlan, type PlannedEntry } from './zip-plan.js';
import type { ZipRecord } from './zip-record.js';

/** Small files are made without waiting for anything; so long at most does nobody else get a turn. */
const LONGEST_TURN_MS = 20;
const USUAL_FILE = 0o644;
const USUAL_FOLDER = 0o755;

/**
 * Unpacks a zip (or a wheel) into an empty folder. All entries are judged before the first is written; links are made
 * last; sizes and checksums are compared while contents are written.
 * @throws UnsafeEntry, DamagedEntry, or Error when the archive as a whole is damaged
 */
export async function unpackZip(request: UnpackRequest): Promise<Unpacked> {
  using archive = await ZipArchive.open(request.archive);
  const meter = new ExtractMeter(request.limits, archive.file.size);
  const entries = await planEntries(request, archive, meter);
  return await new ZipUnpacking(request, archive, meter).unpack(entries);
}

async function planEntries(
  { strip, signal }: UnpackRequest,
  archive: ZipArchive,
  meter: ExtractMeter,
): Promise<readonly PlannedEntry[]> {
  const plan = new ZipPlan(strip, meter);
  for await (const record of archive.records()) plan.admit(record);
  signal?.throwIfAborted();
  return plan.entries(archive.directoryStart);
}

/** One unpacking, from the plan to the last link. */
class ZipUnpacking {
  readonly #request: UnpackRequest;
  readonly #archive: ZipArchive;
  readonly #meter: ExtractMeter;
  readonly #writer: TreeWriter;
  #bytes = 0;

  constructor(request: UnpackRequest, archive: ZipArchive, meter: ExtractMeter) {
    this.#request = request;
    this.#archive = archive;
    this.#meter = meter;
    this.#writer = new TreeWriter(request.folder, request);
  }

  async unpack(entries: readonly PlannedEntry[]): Promise<Unpacked> {
    // Folders before what lies in them, so that each gets its own permissions.
    for (const { place, record } of entries.filter(isFolder).sort(byPlace)) {
      this.#writer.makeFolder(place, attributesOf(record, USUAL_FOLDER));
    }
    await this.#unpackContents(entries.filter((entry) => !isFolder(entry)));
    await this.#writer.finish();
    return {
      root: this.#request.folder,
      files: this.#writer.files,
      bytes: this.#bytes,
      digests: await this.#writer.digests(),
    };
  }

  async #unpackContents(entries: readonly PlannedEntry[]): Promise<void> {
    let turnStart = performance.now();
    for (const entry of entries) {
      if (performance.now() - turnStart > LONGEST_TURN_MS) {
        await nextTurn();
        turnStart = performance.now();
      }
      this.#request.signal?.throwIfAborted();
      await (entry.record.kind === 'link' ? this.#keepLink(entry) : this.#writeFile(entry));
    }
  }

  async #writeFile(entry: PlannedEntry): Promise<void> {
    using file = this.#writer.createFile(entry.place, attributesOf(entry.record, USUAL_FILE));
    await this.#read(entry, (piece) => {
      file.write(piece);
      this.#bytes += piece.length;
      this.#request.progress(this.#writer.files, this.#bytes);
    });
    file.finish();
  }

  /** The content of a link is its target. */
  async #keepLink(entry: PlannedEntry): Promise<void> {
    const pieces: Buffer[] = [];
    await this.#read(entry, (piece) => pieces.push(Buffer.from(piece)));
    const target = Buffer.concat(pieces);
    if (!isUtf8(target)) throw new DamagedEntry(entry.record.name, 'is a link with a target that is not UTF-8');
    this.#writer.deferLink(entry.place, target.toString('utf8'));
  }

  async #read(entry: PlannedEntry, take: TakePiece): Promise<void> {
    const { record } = entry;
    const start = await locateContent(this.#archive, entry);
    const takeCounted: TakePiece = (piece) => {
      this.#meter.countUnpacked(record.name, piece.length);
      take(piece);
    };
    await readContent({ file: this.#archive.file, record, start }, takeCounted, this.#request.signal);
  }
}

function isFolder({ record }: PlannedEntry): boolean {
  return record.kind === 'folder';
}

function byPlace(one: PlannedEntry, other: PlannedEntry): number {
  return one.place < other.place ? -1 : 1;
}

function attributesOf({ mode, modified }: ZipRecord, usual: number): Attributes {
  return { mode: mode ?? usual, modified };
}
