import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { hasCode } from '../../errors/index.js';
import type { JobserverAddress } from './make-flags.js';
import type { TokenSource } from './token-source.js';

const { O_RDWR, O_RDONLY, O_NONBLOCK } = constants;

interface Ends {
  readonly read: number;
  readonly write: number;
  /** Those that we have opened. */
  readonly opened: readonly number[];
}

/**
 * The tokens of a make that fettle was started by: its rule is one of make's jobs, so the first core is granted. A token
 * is a byte, and the byte that was read is written back.
 */
export class ParentTokens implements TokenSource {
  readonly isShared = true;
  readonly #ends: Ends;
  #held = Buffer.alloc(0);

  private constructor(
    readonly limit: number,
    ends: Ends,
  ) {
    this.#ends = ends;
  }

  /** @returns undefined when the jobserver is closed to us, as make closes it to rules that do not begin with `+` */
  static join(address: JobserverAddress, limit: number): ParentTokens | undefined {
    try {
      return new ParentTokens(limit, openEnds(address));
    } catch {
      return undefined;
    }
  }

  open(): void {
    // It is open since we joined.
  }

  take(count: number): number {
    const bytes = Buffer.alloc(count);
    try {
      const taken = count > 0 ? readSync(this.#ends.read, bytes) : 0;
      this.#held = Buffer.concat([this.#held, bytes.subarray(0, taken)]);
      return taken;
    } catch (error) {
      if (hasCode(error, 'EAGAIN')) return 0;
      throw error;
    }
  }

  giveBack(count: number): void {
    const back = this.#held.subarray(0, count);
    if (back.length > 0) writeSync(this.#ends.write, back);
    this.#held = this.#held.subarray(back.length);
  }

  refresh(): void {
    // make tells nothing of what others want.
  }

  rest(): void {
    this.giveBack(this.#held.length);
  }

  [Symbol.dispose](): void {
    this.rest();
    for (const descriptor of this.#ends.opened) closeSync(descriptor);
  }
}

/**
 * A read must never wait, and make's own descriptors must stay as they are for the other processes that share them: so
 * the pipe is opened anew. That needs a name, which only Linux has for a pipe.
 */
function openEnds(address: JobserverAddress): Ends {
  if (address.style === 'fifo') {
    const both = openFifo(address.path, O_RDWR | O_NONBLOCK);
    return { read: both, write: both, opened: [both] };
  }
  refuseOthers(address.write);
  const read = openFifo(`/proc/self/fd/${address.read}`, O_RDONLY | O_NONBLOCK);
  return { read, write: address.write, opened: [read] };
}

function openFifo(path: string, flags: number): number {
  const descriptor = openSync(path, flags);
  try {
    refuseOthers(descriptor);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Numbers in the environment may long mean other files. */
function refuseOthers(descriptor: number): void {
  if (!fstatSync(descriptor).isFIFO()) throw new TypeError(`descriptor ${descriptor} is no pipe`);
}
