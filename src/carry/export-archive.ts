import { createReadStream } from 'node:fs';
import { cacheFailure, type Cache, type CompleteEntry } from '../cache/index.js';
import { FettleError } from '../errors/index.js';
import type { Emit } from '../events/index.js';
import { BoundFiles } from './bound-files.js';
import { describeEntry, readEntry, type EntryToExport } from './exported-entry.js';
import { findDownloads, type FoundDownload } from './find-downloads.js';
import {
  downloadPlace,
  entryPlace,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  INDEX_NAME,
  recipePlace,
  type ExportIndex,
} from './format.js';
import { writeOutput } from './output-file.js';
import { refuseUnportable } from './portability.js';
import { inventoryText, readRecipeTree, sha256Of } from './recipe-tree.js';
import { tarStream, type TarItem } from './tar-stream.js';
import { treeItems, type ExportedTree } from './tree-items.js';
import type { WantedDownload } from './wanted-downloads.js';

export interface ExportRequest {
  readonly cache: Cache;
  readonly pid: number;
  /** `linux-x86_64`. */
  readonly platform: string;
  /** Absolute; its name says how it is compressed. */
  readonly file: string;
  /** Found by this cache, which keeps them meanwhile. */
  readonly entries: readonly CompleteEntry[];
  /** Names of recipe copies, found by this cache too. */
  readonly recipes: readonly string[];
  readonly downloads: readonly WantedDownload[];
  /** Packages that should have an entry and have none. */
  readonly missing: readonly string[];
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

export interface ExportedEntry {
  readonly identity: string;
  readonly key: string;
  readonly files: number;
  readonly bytes: number;
}

export interface Exported {
  /** Of the archive. */
  readonly bytes: number;
  readonly entries: readonly ExportedEntry[];
  readonly recipes: number;
  readonly downloads: { readonly files: number; readonly bytes: number };
  /** Files that name the folder of this cache, by identity: in a cache elsewhere they may not work. */
  readonly bound: ReadonlyMap<string, readonly string[]>;
}

/**
 * Writes entries, recipe copies and downloads of a cache into one archive. All of it is verified on the way.
 * @throws FettleError E_NOT_CACHED naming all that is not there, E_EXPORT, E_CHECKSUM, E_USAGE, E_DISK_FULL, E_CACHE
 */
export async function exportArchive(request: ExportRequest): Promise<Exported> {
  const { cache, pid, file, emit, signal } = request;
  // While any lock is held nobody collects downloads.
  await using _lock = await cache.lock(`export.${String(pid)}`, { emit, signal });
  try {
    const contents = await gather(request);
    const bound = new BoundFiles(cache.root);
    const items = itemsOf(request.platform, contents, bound);
    const bytes = await writeOutput(file, tarStream(items), { pid, signal });
    const { entries, recipes, downloads } = contents;
    return {
      bytes,
      entries: entries.map(({ entry: { id, files, bytes } }) => ({ identity: id.identity, key: id.key, files, bytes })),
      recipes: recipes.length,
      downloads: { files: downloads.length, bytes: downloads.reduce((sum, each) => sum + each.bytes, 0) },
      bound: bound.byName,
    };
  } catch (error) {
    throw cacheFailure('read from the cache', cache.root, error);
  }
}

interface Contents {
  readonly entries: readonly EntryToExport[];
  readonly recipes: readonly { readonly name: string; readonly tree: ExportedTree }[];
  readonly downloads: readonly FoundDownload[];
}

async function gather({ cache, missing, ...request }: ExportRequest): Promise<Contents> {
  const downloads = await findDownloads(cache.downloads, request.downloads, request.signal);
  if (missing.length + downloads.missing.length > 0) throw notCached(missing, downloads.missing);
  const entries: EntryToExport[] = [];
  for (const entry of uniqueEntries(request.entries)) entries.push(await readEntry(entry));
  const recipes: { name: string; tree: ExportedTree }[] = [];
  for (const name of [...new Set(request.recipes)].sort()) {
    const folder = await cache.findRecipe(name);
    if (folder === undefined) throw notCached([`the recipe copy ${name}`], []);
    recipes.push({ name, tree: await readRecipeTree(name, folder) });
  }
  refuseUnportable([...entries, ...recipes].map(({ tree }) => tree));
  return { entries, recipes, downloads: downloads.found };
}

/** Sorted, so that the order in a manifest makes no other archive. */
function uniqueEntries(entries: readonly CompleteEntry[]): readonly CompleteEntry[] {
  const byName = new Map(entries.map((entry) => [`${entry.id.identity} ${entry.id.key}`, entry]));
  return [...byName].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, entry]) => entry);
}

function notCached(packages: readonly string[], downloads: readonly string[]): FettleError {
  const advice = [
    ...(packages.length > 0 ? ['"fettle sync" makes the packages.'] : []),
    ...(downloads.length > 0 ? ['"fettle fetch --all" brings the downloads; --no-downloads leaves them out.'] : []),
  ];
  const count = packages.length + downloads.length;
  return new FettleError(
    'E_NOT_CACHED',
    `${count === 1 ? '1 thing is' : `${String(count)} things are`} not in the cache, so nothing was exported.`,
    {
      facts: { ...(packages.length > 0 && { packages }), ...(downloads.length > 0 && { downloads }) },
      hint: advice.join(' '),
    },
  );
}

async function* itemsOf(
  platform: string,
  { entries, recipes, downloads }: Contents,
  bound: BoundFiles,
): AsyncGenerator<TarItem> {
  const index: ExportIndex = {
    ...{ format: EXPORT_FORMAT, version: EXPORT_VERSION, platform },
    entries: entries.map(describeEntry),
    recipes: recipes.map(({ name, tree }) => ({ name, inventory: sha256Of(inventoryText(tree.lines)) })),
    downloads: downloads.map(({ sha256, bytes, others }) => ({ sha256, bytes, others })),
  };
  yield textItem(INDEX_NAME, `${JSON.stringify(index, null, 1)}\n`);
  for (const [number, { marker, inventory, tree }] of entries.entries()) {
    const place = entryPlace(number);
    yield textItem(place.marker, marker);
    yield textItem(place.inventory, inventory);
    yield* treeItems(tree, place.tree, (path) => bound.search(tree.name, path));
  }
  for (const [number, { tree }] of recipes.entries()) {
    const place = recipePlace(number);
    yield textItem(place.inventory, inventoryText(tree.lines));
    yield* treeItems(tree, place.tree);
  }
  for (const download of downloads) yield downloadItem(download);
}

function textItem(path: string, text: string | Buffer): TarItem {
  const content = Buffer.from(text);
  return { path, kind: 'file', mode: 0o644, modified: 0, size: content.length, content: [content] };
}

/**
 * Read once more without being hashed again: whoever imports it does that. Its time, which says when it was used last,
 * means nothing elsewhere.
 */
function downloadItem({ sha256, path, bytes }: FoundDownload): TarItem {
  return {
    ...{ path: downloadPlace(sha256), kind: 'file', mode: 0o644, modified: 0, size: bytes },
    content: createReadStream(path) as AsyncIterable<Buffer>,
  };
}
