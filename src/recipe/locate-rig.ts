import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Fetcher, FetchRequest, ResolvedFetch } from '../fetch/index.js';
import type { PackageRequest } from '../manifest/index.js';
import { locateRecipe, type LocateContext } from './locate-recipe.js';
import type { RecipeFile } from './recipe.js';
import { RecipeRig } from './recipe-rig.js';

/** What some address delivers: a file, or (git) the files of a folder. */
export type Delivery = string | Uint8Array | Readonly<Record<string, string>>;

/** A project with recipes around it: beside the manifest, shipped, and at addresses that a fetcher of its own serves. */
export class LocateRig extends RecipeRig {
  readonly served = new Map<string, Delivery>();
  /** The addresses that were asked, in order. */
  readonly fetched: string[] = [];
  readonly #copies = new Map<string, string>();
  readonly #controller = new AbortController();

  locate(request: PackageRequest, extra: Partial<LocateContext> = {}): Promise<RecipeFile> {
    return locateRecipe(request, {
      manifestDir: join(this.directory, 'project'),
      shippedDir: join(this.directory, 'shipped'),
      fetcher: { resolve: this.#resolve, fetch: this.#fetch },
      cache: {
        findRecipe: (digest) => Promise.resolve(this.#copies.get(digest)),
        storeRecipe: (digest, fill) => this.#store(digest, fill),
      },
      emit: () => undefined,
      signal: this.#controller.signal,
      ...extra,
    });
  }

  /** How many copies the cache has published. */
  get copies(): number {
    return this.#copies.size;
  }

  async #store(digest: string, fill: (directory: string) => Promise<void>): Promise<string> {
    const folder = mkdtempSync(join(this.directory, 'copy-'));
    await fill(folder);
    this.#copies.set(digest, folder);
    return folder;
  }

  readonly #resolve = (request: FetchRequest): Promise<ResolvedFetch> => {
    const url = request.source.text;
    return Promise.resolve({
      request,
      fileName: url.slice(url.lastIndexOf('/') + 1),
      integrity: request.integrity,
      url,
    });
  };

  readonly #fetch: Fetcher['fetch'] = ({ url, fileName }, { directory }) => {
    this.fetched.push(url);
    const delivery = this.served.get(url) ?? '';
    const path = join(directory, fileName);
    if (typeof delivery === 'string' || delivery instanceof Uint8Array) writeFileSync(path, delivery);
    else writeFiles(path, delivery);
    return Promise.resolve({ path, fileName, bytes: 0, digest: '', reused: false });
  };
}

/** Writes the files of a folder; returns the folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}
