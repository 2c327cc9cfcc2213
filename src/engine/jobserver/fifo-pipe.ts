import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { hasCode } from '../../errors/index.js';
import type { Collected, Seat, TokenPipe } from './token-pipe.js';

const { O_RDWR, O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
/** GNU make writes a plus; a client gives back what it has read, whatever that is. */
const TOKEN = '+';
const READ_AT_ONCE = 1024;

/**
 * Two named pipes. From the first a client takes tokens. What it gives back goes into the second, if it uses the
 * descriptors: that wakes us, and we decide who gets it next. A client that opens the first by its name gives back there,
 * where it is found at the next tick.
 */
export class FifoPipe implements TokenPipe, Disposable {
  readonly seat: Seat;
  #onReturn: (() => void) | undefined;
  readonly #tokens: number;
  readonly #returns: number;
  readonly #returning: Socket;
  #returned = 0;

  /**
   * Both are opened for reading and writing by us, so that nobody blocks while opening them, or sees an end. The script
   * gets descriptors of its own: what it sets on them, such as not to block, is its own affair.
   */
  constructor(fifo: string, returnsFifo: string) {
    const opened: number[] = [];
    const open = (path: string, flags: number): number => {
      const descriptor = openSync(path, flags);
      opened.push(descriptor);
      return descriptor;
    };
    try {
      this.#tokens = open(fifo, O_RDWR | O_NONBLOCK);
      this.#returns = open(returnsFifo, O_RDWR | O_NONBLOCK);
      this.seat = { files: [open(fifo, O_RDONLY), open(returnsFifo, O_WRONLY)], fifo };
    } catch (error) {
      for (const descriptor of opened) closeSync(descriptor);
      throw error;
    }
    this.#returning = new Socket({ fd: this.#returns, readable: true, writable: false });
    this.#returning.unref();
    // What cannot be read is found at the end of the script, when all counts as given back.
    this.#returning.on('error', () => undefined);
    this.#returning.on('data', (bytes) => {
      this.#returned += bytes.length;
      this.#onReturn?.();
    });
  }

  /** @param onReturn undefined: nobody uses the pipe now */
  callOnReturn(onReturn: (() => void) | undefined): void {
    this.#onReturn = onReturn;
  }

  lend(count: number): void {
    writeSync(this.#tokens, TOKEN.repeat(count));
  }

  collect(scope: 'returned' | 'all'): Collected {
    const returned = this.#returned + drain(this.#returns);
    this.#returned = 0;
    return { unclaimed: scope === 'all' ? drain(this.#tokens) : 0, returned };
  }

  [Symbol.dispose](): void {
    this.#onReturn = undefined;
    this.#returning.destroy();
    for (const descriptor of [this.#tokens, ...this.seat.files]) closeSync(descriptor);
  }
}

/** How many bytes there are to read without waiting; they are gone afterwards. */
function drain(descriptor: number): number {
  const buffer = Buffer.allocUnsafe(READ_AT_ONCE);
  let count = 0;
  try {
    for (;;) count += readSync(descriptor, buffer);
  } catch (error) {
    if (hasCode(error, 'EAGAIN')) return count;
    throw error;
  }
}
