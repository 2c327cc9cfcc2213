import type { Stats } from 'node:fs';

/** What changes when a file does: its content, its times, or which file has the name. */
export type FileVersion = Pick<Stats, 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>;

/** Four numbers of eight bytes, as in FileVersion, and a SHA-256. */
const SIZE = 8;
const MODIFIED = 16;
const CHANGED = 24;
const DIGEST = 32;
const RECORD = 64;
const FIRST_ROOM = 64;

/** The digests of files that were just written, in a form that can be handed to another thread. */
export class DigestNotes {
  #records = Buffer.alloc(FIRST_ROOM * RECORD);
  #length = 0;

  /** @param sha256 32 bytes, of the content of the file as it is now; undefined when it is not known */
  note({ ino, size, mtimeMs, ctimeMs }: FileVersion, sha256: Uint8Array | undefined): void {
    // Beyond this, two files can seem to have one number.
    if (!Number.isSafeInteger(ino)) return;
    if (this.#length === this.#records.length) this.#records = Buffer.concat([this.#records], 2 * this.#length);
    const start = this.#length;
    this.#length += RECORD;
    this.#records.writeDoubleLE(ino, start);
    // The number may have been that of a file that is gone, of which nothing may be believed any more.
    this.#records.writeDoubleLE(sha256 ? size : NaN, start + SIZE);
    this.#records.writeDoubleLE(mtimeMs, start + MODIFIED);
    this.#records.writeDoubleLE(ctimeMs, start + CHANGED);
    if (sha256) this.#records.set(sha256, start + DIGEST);
  }

  /** The bytes of those files that were changed last at this time or later. */
  bytesSince(ctimeMs: number): number {
    let bytes = 0;
    for (let start = 0; start < this.#length; start += RECORD) {
      const size = this.#records.readDoubleLE(start + SIZE);
      if (this.#records.readDoubleLE(start + CHANGED) >= ctimeMs && !Number.isNaN(size)) bytes += size;
    }
    return bytes;
  }

  /**
   * What may still be believed later on.
   * @param ctimeMs what the clock of the file system says now that all is written. A file that was changed last at just
   *   this moment is left out: the clock has ticks, and a change within the same one would not be seen.
   */
  before(ctimeMs: number): Uint8Array {
    const records = Buffer.from(this.#records.subarray(0, this.#length));
    for (let start = 0; start < records.length; start += RECORD) {
      if (!(records.readDoubleLE(start + CHANGED) < ctimeMs)) records.writeDoubleLE(NaN, start + SIZE);
    }
    return records;
  }
}

/** @param notes what `DigestNotes` gave out */
export function countNotes(notes: readonly Uint8Array[]): number {
  return notes.reduce((sum, each) => sum + each.length / RECORD, 0);
}

/** Digests that were noted, each for as long as its file is as it was then. */
export class KnownDigests {
  readonly #records: Buffer;
  /** Where a file's record begins, by the number of the file. */
  readonly #places = new Map<number, number>();

  /** @param notes what `DigestNotes` gave out, the oldest first */
  constructor(notes: readonly Uint8Array[]) {
    this.#records = Buffer.concat(notes);
    for (let start = 0; start < this.#records.length; start += RECORD) {
      this.#places.set(this.#records.readDoubleLE(start), start);
    }
  }

  /** The SHA-256 of the file that is in this state, 64 hex digits. */
  digestOf({ ino, size, mtimeMs, ctimeMs }: FileVersion): string | undefined {
    const start = Number.isSafeInteger(ino) ? this.#places.get(ino) : undefined;
    if (start === undefined) return undefined;
    const isUnchanged =
      this.#records.readDoubleLE(start + SIZE) === size &&
      this.#records.readDoubleLE(start + MODIFIED) === mtimeMs &&
      this.#records.readDoubleLE(start + CHANGED) === ctimeMs;
    return isUnchanged ? this.#records.toString('hex', start + DIGEST, start + RECORD) : undefined;
  }
}
