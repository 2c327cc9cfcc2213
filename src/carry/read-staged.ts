import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FingerprintLine } from '../cache/index.js';
import { hasCode } from '../errors/index.js';
import { hashFile } from '../fetch/index.js';
import { readCarriedMarker, type CarriedMarker } from './carried-marker.js';
import { changed, damaged, notAnExport, ofOtherPlatform } from './failure.js';
import {
  downloadPlace,
  entryPlace,
  INDEX_NAME,
  recipePlace,
  type CarriedDownload,
  type CarriedEntry,
  type CarriedRecipe,
  type ExportIndex,
} from './format.js';
import { parseIndex } from './parse-index.js';
import { sha256Of } from './recipe-tree.js';
import { readInventory, verifyStaged } from './staged-tree.js';

/** An inventory has about 200 bytes a file; no list of any kind is longer than this (bytes). */
const LONGEST_TEXT = 512 * 1024 * 1024;

/** An export that was unpacked into a folder, all of it verified. */
export interface StagedExport {
  readonly entries: readonly StagedEntry[];
  readonly recipes: readonly { readonly name: string; readonly folder: string; readonly bytes: number }[];
  readonly downloads: readonly (CarriedDownload & { readonly path: string })[];
}

export interface StagedEntry extends CarriedMarker {
  readonly assetDir: string;
}

/** Where an archive was unpacked to, and for which machine. */
export interface Staged {
  readonly archive: string;
  readonly folder: string;
  readonly platform: string;
  readonly signal: AbortSignal;
}

/**
 * Verifies that an unpacked archive is an export for this machine, whole, and holds nothing else.
 * @throws FettleError E_IMPORT, E_CHECKSUM
 */
export async function readStaged(staged: Staged): Promise<StagedExport> {
  const { archive, platform } = staged;
  const index = await readIndex(staged);
  if (index.platform !== platform) throw ofOtherPlatform(archive, platform, index.platform);
  await refuseOtherFiles(staged, index);
  const entries: StagedEntry[] = [];
  for (const [number, entry] of index.entries.entries()) entries.push(await readEntry(staged, number, entry));
  const recipes: StagedExport['recipes'][number][] = [];
  for (const [number, recipe] of index.recipes.entries()) recipes.push(await readRecipe(staged, number, recipe));
  const downloads: StagedExport['downloads'][number][] = [];
  for (const download of index.downloads) downloads.push(await readDownload(staged, download));
  return { entries, recipes, downloads };
}

async function readIndex({ archive, folder }: Staged): Promise<ExportIndex> {
  const text = await readText(archive, join(folder, INDEX_NAME));
  if (text === undefined) throw notAnExport(archive);
  return parseIndex(text, archive);
}

/** Whatever else is in the archive was not exported by us. */
async function refuseOtherFiles({ archive, folder }: Staged, index: ExportIndex): Promise<void> {
  const { entries, recipes, downloads } = index;
  const expected = new Map<string, readonly string[]>([
    ['entries', entries.map((_, number) => String(number))],
    ['recipes', recipes.map((_, number) => String(number))],
    ['downloads', downloads.map(({ sha256 }) => sha256)],
    ...entries.map(
      (_, number) => [join('entries', String(number)), ['complete.json', 'fingerprint.json', 'asset']] as const,
    ),
    ...recipes.map((_, number) => [join('recipes', String(number)), ['fingerprint.json', 'copy']] as const),
  ]);
  await refuseOtherNames(archive, folder, '', [INDEX_NAME, 'entries', 'recipes', 'downloads']);
  for (const [place, names] of expected) await refuseOtherNames(archive, folder, place, names);
}

async function refuseOtherNames(
  archive: string,
  folder: string,
  place: string,
  names: readonly string[],
): Promise<void> {
  const known = new Set(names);
  const found = await readdir(join(folder, place), { withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
  const other = found.find((each) => !known.has(each.name) || each.isSymbolicLink());
  if (other) throw damaged(archive, 'it holds what no export holds', { entry: join(place, other.name) });
}

async function readEntry(staged: Staged, number: number, entry: CarriedEntry): Promise<StagedEntry> {
  const { archive, folder, signal } = staged;
  const place = entryPlace(number);
  const name = entry.identity;
  const lines = await readLines(staged, name, place.inventory, entry.inventory);
  const text = await verifiedText(staged, name, place.marker, entry.marker);
  const marker = readCarriedMarker(archive, text, { entry, lines });
  if (marker.id.platformArch !== staged.platform)
    throw ofOtherPlatform(archive, staged.platform, marker.id.platformArch);
  const assetDir = join(folder, place.tree);
  await verifyStaged({ archive, name, folder: assetDir, lines }, signal);
  return { ...marker, assetDir };
}

async function readRecipe(
  staged: Staged,
  number: number,
  { name, inventory }: CarriedRecipe,
): Promise<StagedExport['recipes'][number]> {
  const { archive, signal } = staged;
  const place = recipePlace(number);
  const title = `the recipe copy ${name}`;
  const lines = await readLines(staged, title, place.inventory, inventory);
  const folder = join(staged.folder, place.tree);
  await verifyStaged({ archive, name: title, folder, lines }, signal);
  return { name, folder, bytes: lines.reduce((sum, { size }) => sum + size, 0) };
}

async function readLines(
  staged: Staged,
  name: string,
  place: string,
  digest: string,
): Promise<readonly FingerprintLine[]> {
  return readInventory(staged.archive, name, await verifiedText(staged, name, place, digest));
}

async function verifiedText(
  { archive, folder }: Staged,
  name: string,
  place: string,
  expected: string,
): Promise<string> {
  const text = await readText(archive, join(folder, place));
  if (text === undefined) throw damaged(archive, `${place} is missing`, { entry: name });
  const got = sha256Of(text);
  if (got !== expected) throw changed(archive, place, { entry: name, expected, got });
  return text;
}

async function readText(archive: string, path: string): Promise<string | undefined> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile() || stats.size > LONGEST_TEXT) throw damaged(archive, 'a list is no file, or too long');
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function readDownload(
  { archive, folder, signal }: Staged,
  download: CarriedDownload,
): Promise<StagedExport['downloads'][number]> {
  signal.throwIfAborted();
  const { sha256, bytes, others } = download;
  const path = join(folder, downloadPlace(sha256));
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isFile()) throw damaged(archive, 'a download is missing', { entry: sha256 });
  const digests = [{ algorithm: 'sha256', value: sha256 } as const, ...others];
  for (const { algorithm, value } of digests) {
    const got = await hashFile(path, algorithm);
    if (got !== value) throw changed(archive, 'A download', { expected: `${algorithm} ${value}`, got });
  }
  if (stats.size !== bytes) throw changed(archive, 'A download', { expected: bytes, got: stats.size });
  return { ...download, path };
}
