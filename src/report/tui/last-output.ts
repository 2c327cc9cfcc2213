import { oneLine } from './one-line.js';

/** Of what a script writes we keep this many bytes at least; a longer last line loses its beginning. */
const KEPT_BYTES = 4096;

/**
 * The last line that a script has written. A script may write a gigabyte, and a line is looked at only ten times a
 * second, so bytes are kept as they come and read when somebody asks.
 */
export class LastOutput {
  #tail: Uint8Array = new Uint8Array(0);
  #read: { readonly of: Uint8Array; readonly line: string | null } | undefined;

  push(chunk: Uint8Array): void {
    const old = chunk.length >= KEPT_BYTES ? new Uint8Array(0) : this.#tail.subarray(-KEPT_BYTES);
    const added = chunk.subarray(-KEPT_BYTES);
    const tail = new Uint8Array(old.length + added.length);
    tail.set(old);
    tail.set(added, old.length);
    this.#tail = tail;
  }

  clear(): void {
    this.#tail = new Uint8Array(0);
  }

  /** Also one that has no end yet, such as a question or a progress bar. Null when there is nothing but blanks. */
  get line(): string | null {
    if (this.#read?.of !== this.#tail) this.#read = { of: this.#tail, line: lastLineOf(this.#tail) };
    return this.#read.line;
  }
}

function lastLineOf(bytes: Uint8Array): string | null {
  const lines = new TextDecoder().decode(bytes).split('\n');
  for (const line of lines.reverse()) {
    const shown = oneLine(line);
    if (shown !== '') return shown;
  }
  return null;
}
