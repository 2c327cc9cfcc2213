import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { FettleError, hasCode, messageOf } from '../errors/index.js';
import type { Invocation } from './invocation.js';

/** A file that is written to at once, so that a killed process leaves all that it has told. */
export class EventFile implements Disposable {
  readonly #descriptor: number;
  #isOpen = true;

  /** @throws FettleError E_USAGE. @param what - the file, for people */
  constructor({ host }: Invocation, file: string, what: string) {
    const path = resolve(host.cwd, file);
    try {
      this.#descriptor = openSync(path, 'w');
    } catch (error) {
      throw new FettleError('E_USAGE', `${what} cannot be written: ${messageOf(error)}`, { facts: { path } });
    }
  }

  /** A reader that went away, or a full disk, ends the file and not the run. */
  write(text: string): void {
    let rest: Uint8Array = Buffer.from(text);
    while (this.#isOpen && rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(this.#descriptor, rest));
      } catch (error) {
        if (!hasCode(error, 'EAGAIN')) this[Symbol.dispose]();
      }
    }
  }

  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }
}
