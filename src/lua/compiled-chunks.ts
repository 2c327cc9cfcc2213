import type { CompiledChunk } from './compiled-chunk.js';

/** What is compiled takes some forty times as much memory as its text. */
const MOST_BYTES = 1024 * 1024;

interface Kept {
  readonly source: Uint8Array;
  readonly compiled: CompiledChunk;
}

/**
 * What chunks were compiled to, for other states that load the same text under the same name: a recipe is loaded once for
 * what it declares and once for its functions, and a file that many recipes require once for each of them. States that
 * were opened with it share nothing of what they do.
 */
export class CompiledChunks {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** What was kept for the file, if this is still its text. */
  find(file: string, source: Uint8Array): CompiledChunk | undefined {
    const kept = this.#kept.get(file);
    return kept && Buffer.compare(kept.source, source) === 0 ? kept.compiled : undefined;
  }

  /** Of more than there is room for, the first are kept: all recipes are loaded before the functions of the first are called. */
  keep(file: string, source: Uint8Array, compiled: CompiledChunk): void {
    this.forget(file);
    if (this.#bytes + source.length > MOST_BYTES) return;
    this.#kept.set(file, { source, compiled });
    this.#bytes += source.length;
  }

  /** Makes room: the file is not loaded again. */
  forget(file: string): void {
    this.#bytes -= this.#kept.get(file)?.source.length ?? 0;
    this.#kept.delete(file);
  }
}
