import type { ReadEntry } from 'tar';
import { UnsafeEntry } from './archive-failure.js';
import { DeferredLinks } from './deferred-links.js';
import { placeEntry } from './entry-path.js';

const FILES = new Set(['File', 'OldFile', 'ContiguousFile']);
const FOLDERS = new Set(['Directory', 'GNUDumpDir']);
/** What says something of the tape or of rights, and has no content of its own. */
const DESCRIPTIONS = new Set(['TapeVolumeHeader', 'SolarisACL']);
/** Read, write and search for the owner, so that what was extracted can be used and removed. */
const FILE_MINIMUM = 0o600;
const FOLDER_MINIMUM = 0o700;
/** Without set-user-id, set-group-id and sticky bits. */
const PERMISSIONS = 0o777;

/** Decides for each entry of a tar where it goes, before anything of it is written. */
export class TarEntries {
  readonly links = new DeferredLinks();
  refusal: Error | undefined;
  readonly #strip: number;
  readonly #files = new Set<string>();
  readonly #judged = new WeakSet<ReadEntry>();

  constructor(strip: number) {
    this.#strip = strip;
  }

  /** Files and hard links; a name that came twice counts once. */
  fileCount(): number {
    return this.#files.size;
  }

  /**
   * Whether the unpacker writes the entry, whose path and mode are then set to what is to be written. After a refusal
   * nothing more is written.
   */
  admit(path: string, entry: ReadEntry): boolean {
    this.#judged.add(entry);
    if (this.refusal) return false;
    try {
      return this.#place(path, entry);
    } catch (error) {
      this.refusal = error as Error;
      return false;
    }
  }

  /**
   * The reader leaves out entries of kinds it cannot write, and descriptions that are too large. Both would be a loss
   * that nobody notices.
   */
  noteIgnored(entry: ReadEntry): void {
    if (this.#judged.has(entry) || DESCRIPTIONS.has(entry.type)) return;
    this.refusal ??= new Error(`the entry ${entry.path} is of a kind that cannot be extracted (${entry.type})`);
  }

  #place(path: string, entry: ReadEntry): boolean {
    const place = placeEntry(path, this.#strip);
    if (place === undefined) return false;
    if (entry.type === 'SymbolicLink') return this.#defer(place, entry.linkpath ?? '');
    if (entry.type === 'Link') return this.#placeHardLink(place, entry);
    const minimum = minimumMode(path, entry);
    entry.path = place;
    entry.mode = ((entry.mode ?? 0o644) & PERMISSIONS) | minimum;
    if (FILES.has(entry.type)) this.#addFile(place);
    return true;
  }

  #defer(place: string, target: string): false {
    this.links.record(place, target);
    this.#files.delete(place);
    return false;
  }

  /** A hard link to a symbolic link is that link once more. */
  #placeHardLink(place: string, entry: ReadEntry): boolean {
    const target = placeEntry(entry.linkpath ?? '', this.#strip);
    if (target === undefined) throw new UnsafeEntry(place, 'is a hard link to what is not extracted', entry.linkpath);
    const symbolic = this.links.targetOf(target);
    if (symbolic !== undefined) return this.#defer(place, symbolic);
    entry.path = place;
    entry.linkpath = target;
    this.#addFile(place);
    return true;
  }

  #addFile(place: string): void {
    this.links.forget(place);
    this.#files.add(place);
  }
}

function minimumMode(path: string, entry: ReadEntry): number {
  if (FILES.has(entry.type)) return FILE_MINIMUM;
  if (FOLDERS.has(entry.type)) return FOLDER_MINIMUM;
  if (/Device$|^FIFO$/.test(entry.type)) throw new UnsafeEntry(path, 'is a device or a pipe');
  throw new Error(`the entry ${path} is of a kind that cannot be extracted (${entry.type})`);
}
