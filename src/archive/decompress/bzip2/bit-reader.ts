import { EndedEarly } from '../byte-source.js';

/** So many bytes may be looked at beyond the end: what is looked at need not be taken. */
const BEYOND = 4;

/** Bits of a stream of bytes, the highest of each byte first. */
export class BitReader {
  readonly #chunks: Iterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #offset = 0;
  /** The lowest `#count` bits are those that come next. */
  #bits = 0;
  #count = 0;
  #missing = 0;

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.iterator]();
  }

  /**
   * @param count at most 24
   * @throws EndedEarly
   */
  take(count: number): number {
    const value = this.peek(count);
    this.drop(count);
    if (8 * this.#missing > this.#count) throw new EndedEarly();
    return value;
  }

  take32(): number {
    return this.take(16) * 0x10000 + this.take(16);
  }

  /** The next bits, without taking them; zeros beyond the end. At most 24. */
  peek(count: number): number {
    while (this.#count < count) {
      this.#bits = (this.#bits << 8) | this.#nextByte();
      this.#count += 8;
    }
    return (this.#bits >>> (this.#count - count)) & ((1 << count) - 1);
  }

  drop(count: number): void {
    this.#count -= count;
  }

  /** Leaves the rest of the byte that is being read. */
  alignToByte(): void {
    this.#count -= this.#count % 8;
  }

  /** Whether all bytes were taken. Only where a byte begins. */
  isAtEnd(): boolean {
    if (this.#count > 8 * this.#missing) return false;
    return this.#missing > 0 || !this.#load();
  }

  close(): void {
    this.#chunks.return?.();
  }

  #nextByte(): number {
    if (this.#offset === this.#chunk.length && !this.#load()) {
      this.#missing += 1;
      if (this.#missing > BEYOND) throw new EndedEarly();
      return 0;
    }
    const byte = this.#chunk[this.#offset] ?? 0;
    this.#offset += 1;
    return byte;
  }

  /** Whether there is a byte at `#offset`. */
  #load(): boolean {
    while (this.#offset === this.#chunk.length) {
      const next: IteratorResult<Uint8Array, unknown> = this.#chunks.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
      this.#offset = 0;
    }
    return true;
  }
}
