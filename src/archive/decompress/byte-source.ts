import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Chunks } from './chunks.js';

/** Input ended before what had to follow. */
export class EndedEarly extends Error {
  override readonly name = 'EndedEarly';

  constructor() {
    super('it ends too early');
  }
}

/** So long at most does nobody else in this thread get a turn. */
const LONGEST_TURN_MS = 20;

/** Bytes that come in chunks, taken in the sizes that a format wants. */
export class ByteSource {
  readonly #chunks: Iterator<Uint8Array> | AsyncIterator<Uint8Array>;
  readonly #onChunk: (bytes: number) => void;
  #chunk: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #turnStart = performance.now();

  /** @param onChunk told the size of each chunk before anything of it is given out */
  constructor(chunks: Chunks, onChunk: (bytes: number) => void = () => undefined) {
    this.#onChunk = onChunk;
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** What is there, at least one byte and at most `most`; undefined at the end. Valid until more is asked for. */
  async some(most: number): Promise<Buffer | undefined> {
    while (this.#offset === this.#chunk.length) {
      if (performance.now() - this.#turnStart > LONGEST_TURN_MS) await this.#giveTurn();
      const next: IteratorResult<Uint8Array, unknown> = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#onChunk(next.value.length);
      this.#chunk = next.value;
      this.#offset = 0;
    }
    const start = this.#offset;
    this.#offset = Math.min(this.#chunk.length, start + most);
    return Buffer.from(this.#chunk.buffer, this.#chunk.byteOffset + start, this.#offset - start);
  }

  /**
   * Bytes that stay as they are.
   * @throws EndedEarly
   */
  async exactly(count: number): Promise<Buffer> {
    const whole = Buffer.alloc(count);
    if (count === 0) return whole;
    let filled = 0;
    for (let piece = await this.some(count); piece !== undefined; piece = await this.some(count - filled)) {
      piece.copy(whole, filled);
      filled += piece.length;
      if (filled === count) return whole;
    }
    throw new EndedEarly();
  }

  /** @throws EndedEarly */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      const piece = await this.some(left);
      if (piece === undefined) throw new EndedEarly();
      left -= piece.length;
    }
  }

  /** Reads to the end, because what checks the content (a gzip's trailer) stands there. */
  async drain(): Promise<void> {
    while ((await this.some(Number.MAX_SAFE_INTEGER)) !== undefined);
  }

  /** Tells where the chunks come from that no more are wanted. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #giveTurn(): Promise<void> {
    await nextTurn();
    this.#turnStart = performance.now();
  }
}
