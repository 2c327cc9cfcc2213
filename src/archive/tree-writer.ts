import { createHash, type Hash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hasCode, messageOf } from '../errors/index.js';
import { DigestNotes } from '../support/file-digests.js';
import { fileTime } from '../support/file-time.js';
import { DamagedEntry, UnsafeEntry } from './archive-failure.js';
import { DeferredLinks } from './deferred-links.js';

/** Without set-user-id, set-group-id and sticky bits. */
const PERMISSIONS = 0o777;
/** Read, write and search for the owner, so that what was extracted can be used and removed. */
const FILE_MINIMUM = 0o600;
const FOLDER_MINIMUM = 0o700;
const FOLDER_USUAL = 0o755;
const WRITE_BITS = 0o222;

/** Most systems' clocks tick a hundred times a second or more often. */
const TICK_MS = 4;
const MOST_TICKS = 4;
/** To hash fewer bytes once more takes less than a tick. */
const WORTH_A_TICK = 4 * 1024 * 1024;

export interface Attributes {
  readonly mode: number;
  /** Seconds since the epoch; undefined leaves the time of writing. */
  readonly modified: number | undefined;
}

/**
 * Writes entries into a folder that nobody else writes into, with as few calls of the system as there can be. As symbolic
 * links are made last, none of these calls can follow one. Places are relative, with `/`.
 */
export class TreeWriter {
  readonly #root: string;
  readonly #links = new DeferredLinks();
  readonly #files = new Set<string>();
  /** With the time each shall have in the end. */
  readonly #folders = new Map<string, number | undefined>([['', undefined]]);

  /** Undefined unless nobody changes the files afterwards. */
  readonly #notes: DigestNotes | undefined;

  constructor(root: string, { isFinal }: { readonly isFinal: boolean } = { isFinal: false }) {
    this.#root = root;
    if (isFinal) this.#notes = new DigestNotes();
  }

  /** Regular files and hard links; a name that came twice counts once. */
  get files(): number {
    return this.#files.size;
  }

  /** @throws DamagedEntry where a file is */
  makeFolder(place: string, { mode, modified }: Attributes): void {
    const permissions = (mode & PERMISSIONS) | FOLDER_MINIMUM;
    if (!this.#folders.has(place)) this.#makeFolder(place, permissions);
    else if (permissions !== FOLDER_USUAL) chmodSync(join(this.#root, place), permissions);
    this.#folders.set(place, modified);
  }

  /** A file of this name that came before is replaced, so that its hard links and its mode stay as they are. */
  createFile(place: string, { mode, modified }: Attributes): FileWriter {
    this.#clear(place);
    const writable = (mode & PERMISSIONS) | FILE_MINIMUM;
    const permissions = this.#notes ? writable & ~WRITE_BITS : writable;
    const descriptor = this.#create(place, (path) => openSync(path, 'wx', permissions));
    this.#files.add(place);
    return new FileWriter(descriptor, modified, this.#notes);
  }

  /** @throws DamagedEntry, UnsafeEntry */
  makeHardLink(place: string, target: string): void {
    const symbolic = this.#links.targetOf(target);
    // A hard link to a symbolic link is that link once more.
    if (symbolic !== undefined) {
      this.deferLink(place, symbolic);
      return;
    }
    if (place === target && this.#files.has(target)) return;
    if (!this.#files.has(target))
      throw new DamagedEntry(place, `is a hard link to ${target}, which does not come before it`);
    this.#clear(place);
    this.#create(place, (path) => {
      linkSync(join(this.#root, target), path);
    });
    this.#files.add(place);
  }

  /** Symbolic links are made by `finish`. */
  deferLink(place: string, target: string): void {
    this.#clear(place);
    this.#links.record(place, target);
  }

  /**
   * Makes the links and dates the folders.
   * @throws UnsafeEntry
   */
  async finish(): Promise<void> {
    await this.#links.create(this.#root);
    const innermostFirst = [...this.#folders].sort(([one], [other]) => (one < other ? 1 : -1));
    for (const [place, modified] of innermostFirst) {
      if (modified !== undefined) utimesSync(join(this.#root, place), settable(modified), settable(modified));
    }
  }

  /**
   * The digests of the files, as DigestNotes has them, when nothing more is written; undefined unless all is final.
   * What was written within the last tick of the clock is not among them, so where that is much a few ticks are waited.
   */
  async digests(): Promise<Uint8Array | undefined> {
    const notes = this.#notes;
    if (!notes) return undefined;
    let now = clockOf(this.#root);
    for (let ticks = 0; ticks < MOST_TICKS && notes.bytesSince(now) > WORTH_A_TICK; ticks += 1) {
      await pause(TICK_MS);
      now = clockOf(this.#root);
    }
    return notes.before(now);
  }

  /** What came before under this name. */
  #clear(place: string): void {
    this.#links.forget(place);
    if (this.#files.delete(place)) unlinkSync(join(this.#root, place));
  }

  #makeFolder(place: string, mode: number): void {
    if (this.#files.has(place) || this.#links.targetOf(place) !== undefined) {
      throw new UnsafeEntry(place, 'comes twice: as a folder and as something else');
    }
    this.#create(place, (path) => {
      mkdirSync(path, mode);
    });
    this.#folders.set(place, undefined);
  }

  #create<T>(place: string, make: (path: string) => T): T {
    this.#makeParents(place);
    try {
      return make(join(this.#root, place));
    } catch (error) {
      throw explainRefusal(place, error);
    }
  }

  /** From the top, each after the other: names can have thousands of parts. */
  #makeParents(place: string): void {
    if (this.#folders.has(parentOf(place))) return;
    for (let at = place.indexOf('/'); at !== -1; at = place.indexOf('/', at + 1)) {
      const parent = place.slice(0, at);
      if (this.#folders.has(parent)) continue;
      const target = this.#links.targetOf(parent);
      if (target !== undefined) throw new UnsafeEntry(place, `would be written through the link ${parent}`, target);
      if (this.#files.has(parent)) throw new DamagedEntry(place, `lies below ${parent}, which is a file`);
      this.#makeFolder(parent, FOLDER_USUAL);
    }
  }
}

/** What the file system takes for now, milliseconds: the time of a change of a folder's mode, be it to the same. */
function clockOf(folder: string): number {
  chmodSync(folder, statSync(folder).mode & PERMISSIONS);
  return statSync(folder).ctimeMs;
}

function parentOf(place: string): string {
  return place.slice(0, Math.max(0, place.lastIndexOf('/')));
}

/** One open file. Close it, whatever happens. */
export class FileWriter {
  readonly #descriptor: number;
  readonly #modified: number | string | undefined;
  readonly #notes: DigestNotes | undefined;
  /** Of what was written so far; undefined where that is not all of the content in its order. */
  #hash: Hash | undefined;

  constructor(descriptor: number, modified: number | undefined, notes?: DigestNotes) {
    this.#descriptor = descriptor;
    this.#notes = notes;
    if (notes) this.#hash = createHash('sha256');
    this.#modified = modified === undefined ? undefined : settable(modified);
  }

  /** @param position where the bytes go; after the last ones when left out */
  write(bytes: Uint8Array, position: number | null = null): void {
    if (position === null) this.#hash?.update(bytes);
    else this.#hash = undefined;
    for (let written = 0; written < bytes.length;) {
      const at = position === null ? null : position + written;
      written += writeSync(this.#descriptor, bytes, written, bytes.length - written, at);
    }
  }

  /** Ends the file with a hole, or cuts it. */
  resize(size: number): void {
    this.#hash = undefined;
    ftruncateSync(this.#descriptor, size);
  }

  /** The file is whole. */
  finish(): void {
    if (this.#modified !== undefined) futimesSync(this.#descriptor, this.#modified, this.#modified);
    this.#notes?.note(fstatSync(this.#descriptor), this.#hash?.digest());
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

/** Seconds that a file system takes: those of 32 bits, with or without a sign. */
const EARLIEST = -(2 ** 31);
const LATEST = 2 ** 32 - 1;

function settable(seconds: number): number | string {
  return fileTime(Math.min(Math.max(seconds, EARLIEST), LATEST));
}

/** The folder is our own, so what the system refuses is the fault of the entry. */
function explainRefusal(place: string, error: unknown): unknown {
  if (hasCode(error, 'EEXIST', 'EISDIR')) {
    return new UnsafeEntry(
      place,
      'comes twice: as a file and as a folder, or in names that this file system takes for one',
    );
  }
  if (hasCode(error, 'ENAMETOOLONG'))
    return new DamagedEntry(place, 'has a name that is too long for this file system');
  if (hasCode(error, 'EINVAL', 'EILSEQ', 'ENOTDIR')) {
    return new DamagedEntry(place, `has a name that this file system does not take (${messageOf(error)})`);
  }
  return error;
}
