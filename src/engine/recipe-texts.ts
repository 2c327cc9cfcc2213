import type { RecipeFile } from '../recipe/index.js';

/** Bytes of all recipes of a run. Most are a few kilobytes, so this is thousands of them. */
const ROOM = 8 * 1024 * 1024;

/**
 * What is in the files of recipes, from when they are loaded until their functions are called and their build is
 * recorded: to read each of thousands of small files again costs more than most of what is done with them.
 */
export class RecipeTexts {
  readonly #texts = new Map<string, Uint8Array>();
  #room = ROOM;

  /** Keeps the text of a recipe that was just read, as far as there is room. */
  keep({ digest, content }: RecipeFile): void {
    if (!content || content.length > this.#room || this.#texts.has(digest)) return;
    this.#room -= content.length;
    this.#texts.set(digest, content);
  }

  /** The text with this digest; undefined where it must be read. */
  of(digest: string): Uint8Array | undefined {
    return this.#texts.get(digest);
  }
}
