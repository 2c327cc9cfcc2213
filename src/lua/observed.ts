import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { ObservedInputs } from './state.js';

const PIECE_BYTES = 256 * 1024;

/** What the code of one state has read so far. */
export class ObservedFiles {
  readonly #files = new Map<string, string>();
  readonly #env = new Map<string, string | null>();
  #loading = 0;
  #isVolatile = false;

  /** While `piece` runs, files that `io` reads count as inputs; afterwards, in a phase, they are just files. */
  whileLoading<T>(piece: () => T): T {
    this.#loading += 1;
    try {
      return piece();
    } finally {
      this.#loading -= 1;
    }
  }

  get isLoading(): boolean {
    return this.#loading > 0;
  }

  /** Notes that what is loaded depends on something that cannot be compared later: a file's absence, the time of day. */
  markVolatile(): void {
    if (this.isLoading) this.#isVolatile = true;
  }

  addContent(path: string, content: Uint8Array): void {
    this.#files.set(path, createHash('sha256').update(content).digest('hex'));
  }

  /** Hashes the file now, as Lua is about to read it. */
  addFile(path: string): void {
    this.#files.set(path, digestOf(path));
  }

  addVariable(name: string, value: string | null): void {
    this.#env.set(name, value);
  }

  /** A copy: what is read later does not change it. */
  snapshot(): ObservedInputs {
    return { files: new Map(this.#files), env: new Map(this.#env), isVolatile: this.#isVolatile };
  }
}

function digestOf(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  const descriptor = openSync(path, 'r');
  try {
    for (let length = readSync(descriptor, piece); length > 0; length = readSync(descriptor, piece)) {
      hash.update(piece.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}
