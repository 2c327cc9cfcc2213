import { UnsafeEntry } from './archive-failure.js';

/** How much one archive may make. What goes beyond is taken for a bomb. */
export interface ExtractLimits {
  /** Bytes of all contents together, holes of sparse files included. */
  readonly maxBytes: number;
  /** Entries of every kind, those that `strip` leaves out included. */
  readonly maxEntries: number;
  /** Bytes unpacked for each byte of the archive; only looked at beyond the first 64 MiB. */
  readonly maxRatio: number;
}

/** Far beyond the largest toolchains, and below what fills a disk or takes hours. */
export const DEFAULT_LIMITS: ExtractLimits = { maxBytes: 64 * 1024 ** 3, maxEntries: 2_000_000, maxRatio: 1000 };

/** So much may come out of an archive of any size: text that repeats itself packs very well. */
export const FREE_OF_RATIO = 64 * 1024 ** 2;

/** Counts what comes out of one archive and refuses what is too much, before it is written. */
export class ExtractMeter {
  readonly #limits: ExtractLimits;
  readonly #archiveBytes: number;
  #entries = 0;
  #bytes = 0;
  #unpacked = 0;

  /** @param archiveBytes the size of the archive's file */
  constructor(limits: ExtractLimits, archiveBytes: number) {
    this.#limits = limits;
    this.#archiveBytes = archiveBytes;
  }

  /** Bytes of contents so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Call for each entry, before anything of it is written.
   * @throws UnsafeEntry
   */
  countEntry(entry: string): void {
    this.#entries += 1;
    if (this.#entries > this.#limits.maxEntries) {
      throw tooMuch(entry, 'is one entry more than an archive may have', this.#limits.maxEntries, this.#entries);
    }
  }

  /**
   * Call with the size of an entry's content where it is known beforehand, or else for each piece; before it is written.
   * @throws UnsafeEntry
   */
  countContent(entry: string, bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.maxBytes) {
      throw tooMuch(entry, 'makes more bytes than an archive may hold', this.#limits.maxBytes, this.#bytes);
    }
  }

  /**
   * Call for each piece that was unpacked (inflated), written or not, before the next one is.
   * @throws UnsafeEntry
   */
  countUnpacked(entry: string, bytes: number): void {
    this.#unpacked += bytes;
    if (this.#unpacked <= FREE_OF_RATIO) return;
    const ratio = Math.round(this.#unpacked / Math.max(1, this.#archiveBytes));
    if (ratio > this.#limits.maxRatio) {
      throw tooMuch(entry, 'unpacks to far more than an archive of this size holds', this.#limits.maxRatio, ratio);
    }
  }
}

function tooMuch(entry: string, reason: string, limit: number, got: number): UnsafeEntry {
  return new UnsafeEntry(entry, reason, undefined, { limit, got });
}
