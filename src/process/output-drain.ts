import type { Readable } from 'node:stream';
import { hasCode } from '../errors/index.js';

export type Deliver = (chunk: Buffer) => void | Promise<void>;

/** Silence after the leader's exit that ends the reading. */
const SILENCE_MS = 500;
/** All waiting for more, and all bytes read, after the leader's exit: beyond what any pipe holds. */
const LONGEST_WAIT_MS = 5000;
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Reads one output stream of a child to its end, one chunk at a time: the child is held back while `deliver` waits.
 *
 * A background process can hold the pipe open long after the child itself has exited. What the child wrote is in the
 * pipe by then, so after `leaderExited` the reading stops at the first silence, and never goes on without bound. Time
 * spent in `deliver` does not count, so a slow log loses nothing.
 */
export class OutputDrain {
  readonly #stream: Readable;
  readonly #deliver: Deliver;
  #leaderExited = false;
  #silence: NodeJS.Timeout | undefined;
  #lastLook: NodeJS.Immediate | undefined;
  #waiting: { readonly since: number } | undefined;
  #waitedMs = 0;
  #bytes = 0;

  constructor(stream: Readable, deliver: Deliver) {
    this.#stream = stream;
    this.#deliver = deliver;
  }

  async run(): Promise<void> {
    this.#startWaiting();
    try {
      for await (const chunk of this.#stream as AsyncIterable<Buffer>) {
        this.#stopWaiting();
        await this.#deliver(chunk);
        if (this.#isExhausted(chunk.length)) break;
        this.#startWaiting();
      }
    } catch (error) {
      if (!isOwnEnd(error)) throw error;
    } finally {
      this.#stopWaiting();
      this.#stream.destroy();
    }
  }

  leaderExited(): void {
    this.#leaderExited = true;
    if (this.#waiting) this.#startWaiting();
  }

  #startWaiting(): void {
    this.#waiting ??= { since: performance.now() };
    if (!this.#leaderExited) return;
    const patience = Math.min(SILENCE_MS, Math.max(0, LONGEST_WAIT_MS - this.#waitedMs));
    this.#silence = setTimeout(() => this.#endAfterOneMoreLook(), patience);
  }

  /**
   * After a long block of the event loop the timer is called before anything is read, although the pipe may be full.
   * An immediate comes after the reading, and what was read cancels it.
   */
  #endAfterOneMoreLook(): void {
    this.#lastLook = setImmediate(() => this.#stream.destroy());
  }

  #stopWaiting(): void {
    clearTimeout(this.#silence);
    clearImmediate(this.#lastLook);
    if (this.#waiting && this.#leaderExited) this.#waitedMs += performance.now() - this.#waiting.since;
    this.#waiting = undefined;
  }

  #isExhausted(bytes: number): boolean {
    if (this.#leaderExited) this.#bytes += bytes;
    return this.#bytes > MOST_BYTES;
  }
}

/** What the iterator throws when the stream was destroyed without an error: by our timer, or by the child's death. */
function isOwnEnd(error: unknown): boolean {
  return hasCode(error, 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR');
}
