import { readSync } from 'node:fs';

/** Large, so that many small entries that lie side by side come with one read. */
const WINDOW = 1024 * 1024;

/** Reads an open file at any place, through a buffer that mostly holds what comes next. */
export class FileWindow {
  readonly #buffer = Buffer.allocUnsafeSlow(WINDOW);
  #start = 0;
  #length = 0;

  /** @param size bytes of the whole file */
  constructor(
    readonly descriptor: number,
    readonly size: number,
  ) {}

  /**
   * The bytes are valid until the next call.
   * @throws Error when the file ends before
   */
  read(position: number, length: number): Buffer {
    if (position < 0 || position + length > this.size) throw new Error('the file ends too early');
    if (length > WINDOW) return this.#readInto(Buffer.allocUnsafeSlow(length), position);
    if (position < this.#start || position + length > this.#start + this.#length) this.#move(position);
    const from = position - this.#start;
    return this.#buffer.subarray(from, from + length);
  }

  /** The bytes from `start` on, each piece a buffer of its own. */
  *pieces(start: number, length: number, pieceSize: number): Generator<Buffer> {
    for (let done = 0; done < length; done += pieceSize) {
      yield this.#readInto(Buffer.allocUnsafeSlow(Math.min(pieceSize, length - done)), start + done);
    }
  }

  #move(position: number): void {
    const length = Math.min(WINDOW, this.size - position);
    this.#length = 0;
    this.#readInto(this.#buffer.subarray(0, length), position);
    this.#start = position;
    this.#length = length;
  }

  #readInto(target: Buffer, position: number): Buffer {
    for (let done = 0; done < target.length;) {
      const count = readSync(this.descriptor, target, done, target.length - done, position + done);
      if (count === 0) throw new Error('the file ends too early');
      done += count;
    }
    return target;
  }
}
