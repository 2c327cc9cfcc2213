import { markerOf, type EntryMemory } from '../cache/index.js';
import type { Manifest, PackageRequest } from '../manifest/index.js';
import type { Recipe } from '../recipe/index.js';
import type { KnownFile } from '../support/file-state.js';
import { join } from 'node:path';

/** What the outcome of a run depended on, so that somebody can see later whether anything of it has changed. */
export interface RunInputs {
  /** Files and folders that were read: absolute paths. */
  readonly sources: readonly string[];
  /** Paths where something would have been read, had it been there. */
  readonly absent: readonly string[];
  /** Environment variables that Lua code asked for; null where unset. */
  readonly env: Readonly<Record<string, string | null>>;
  /** The asset folders that the outcome names, and their markers. */
  readonly assets: readonly string[];
  /** How some of all these were before they were used; a later change shows. */
  readonly known: ReadonlyMap<string, KnownFile>;
}

/** Gathers the inputs of a run while it goes on. */
export class InputRecorder {
  readonly #sources = new Set<string>();
  readonly #absent = new Set<string>();
  readonly #env: Record<string, string | null> = {};
  readonly #assets = new Set<string>();
  readonly #known = new Map<string, KnownFile>();
  #isComparable = true;

  constructor(manifest: Manifest) {
    this.addManifest(manifest);
  }

  /** The manifest as one platform sees it. */
  addManifest({ file, observed, state, warnings }: Manifest): void {
    // A manifest with functions is asked anew in each run, and warnings are given again.
    if (state !== undefined || warnings.length > 0 || observed.isVolatile) this.refuse();
    this.#sources.add(file);
    for (const path of observed.files.keys()) this.#addRequired(path);
    for (const [name, value] of observed.env) this.#env[name] = value;
  }

  /** The outcome depends on more than can be compared: a check on the host, the clock, what was printed. */
  refuse(): void {
    this.#isComparable = false;
  }

  addRecipe(request: PackageRequest, recipe: Recipe): void {
    const { file, observed } = recipe;
    if (observed.isVolatile || request.fetch || recipe.dependencies.some(({ fetch }) => fetch)) this.refuse();
    this.#sources.add(file.file);
    if (request.source?.kind === 'path') this.#sources.add(request.source.path);
    for (const path of Object.keys(observed.files)) this.#addRequired(join(file.directory, path));
    for (const path of file.absent) this.#absent.add(path);
    Object.assign(this.#env, observed.env);
  }

  addSource(path: string): void {
    this.#sources.add(path);
  }

  /** @param memory knows how it was when it was found */
  addAsset(path: string, memory?: EntryMemory): void {
    const marker = markerOf(path);
    if (marker === undefined) this.refuse();
    for (const each of marker === undefined ? [path] : [path, marker]) {
      this.#assets.add(each);
      const known = memory?.stateOf(each);
      if (known) this.#known.set(each, known);
    }
  }

  /** How a file was when it was looked at, before it was used. */
  addKnown(path: string, file: KnownFile): void {
    this.#known.set(path, file);
  }

  /** Null when a later run cannot know without asking everything anew. */
  result(): RunInputs | null {
    if (!this.#isComparable) return null;
    const [sources, absent, assets] = [[...this.#sources], [...this.#absent], [...this.#assets]];
    return { sources, absent, env: this.#env, assets, known: this.#known };
  }

  /** `require "a.b"` prefers a/b.lua to a/b/init.lua. */
  #addRequired(path: string): void {
    this.#sources.add(path);
    if (/[\\/]init\.lua$/.test(path)) this.#absent.add(path.replace(/[\\/]init\.lua$/, '.lua'));
  }
}
