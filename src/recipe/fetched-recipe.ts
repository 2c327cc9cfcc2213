import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { detectArchive, extractArchive, type ExtractSettings } from '../archive/index.js';
import type { Cache } from '../cache/index.js';
import type { Emit } from '../events/index.js';
import { hashFile, type Fetcher } from '../fetch/index.js';
import type { PackageRequest } from '../manifest/index.js';
import { RECIPE_NAME, recipeInFetched } from './recipe-folder.js';
import type { RecipeFile } from './recipe.js';
import { requestError } from './request-error.js';

/** What fetching a recipe needs. */
export interface FetchContext {
  readonly fetcher: Pick<Fetcher, 'resolve' | 'fetch'>;
  readonly extraction?: ExtractSettings;
  readonly cache: Pick<Cache, 'findRecipe' | 'storeRecipe'>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Runs the `fetch` function of an entry, which fills an empty folder with `recipe.lua` or one other Lua file. */
  /** SHA-256 (hex) that the recipe was locked with: a copy of it that is another one does not count. */
  readonly lockedDigest?: string;
  /** Copies in the cache do not count: the recipe is to be what it is now. */
  readonly isRenewed?: boolean;
  readonly runFetch?: (request: PackageRequest, directory: string) => Promise<void>;
}

/** Where a download lies until its content is in place; part of no recipe. */
const DOWNLOAD_FOLDER = '.fettle-download';

/** Finds the cache's copy of a recipe that comes from elsewhere, or makes one. */
export async function fetchRecipe(request: PackageRequest, context: FetchContext): Promise<RecipeFile> {
  const fill = request.fetch ? fillByFunction : fillBySource;
  const key = await copyKey(request);
  return cachedCopy({ request, key, fill: (directory) => fill(request, directory, context) }, context);
}

/** As fetchRecipe, for an archive of this machine. */
export async function unpackRecipe(
  request: PackageRequest,
  archive: string,
  context: FetchContext,
): Promise<RecipeFile> {
  const expected = request.integrity ?? { algorithm: 'sha256' as const, value: undefined };
  const got = await hashFile(archive, expected.algorithm);
  if (expected.value !== undefined && got !== expected.value) {
    throw requestError(request, 'E_CHECKSUM', `${archive} is not the file that was expected.`, {
      facts: { path: archive, expected: expected.value, got },
      hint: 'If the archive was changed on purpose, write the new digest into the entry.',
    });
  }
  const fill = (directory: string) => unpack(archive, directory, context);
  return cachedCopy({ request, key: digestOf(['digest', expected.algorithm, got]), fill }, context);
}

/**
 * Names the copy: by its digest where that is known, else by where it comes from. So an address that was fetched once is
 * not asked again, and a changed entry is a new copy.
 */
async function copyKey(request: PackageRequest): Promise<string> {
  const { source, integrity, ref, fetch } = request;
  if (fetch) {
    // Another function in the same place means that the file around it changed.
    const declaredBy = digestOf([await readFile(fetch.file, 'utf8')]);
    return digestOf(['fetch', request.identity.text, declaredBy, String(fetch.line), integrity?.value ?? '']);
  }
  if (integrity) return digestOf(['digest', integrity.algorithm, integrity.value]);
  const address = source?.kind === 'http' || source?.kind === 'git' ? source.url : '';
  return digestOf(['address', source?.kind ?? '', address, ref ?? '']);
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

interface Copy {
  readonly request: PackageRequest;
  readonly key: string;
  readonly fill: (directory: string) => Promise<void>;
}

/**
 * The copy of an address may be of another day than the one that was locked, or not be wanted: then there is one more, by
 * its digest too.
 */
async function cachedCopy(copy: Copy, context: FetchContext): Promise<RecipeFile> {
  const { lockedDigest, isRenewed = false } = context;
  if (isRenewed && !isImmutable(copy.request)) return renewedCopy(copy, context);
  if (lockedDigest === undefined) return copyAt(copy, context);
  const known = await context.cache.findRecipe(copy.key);
  const usual = known === undefined ? undefined : await describeCopy(copy.request, known);
  if (usual?.digest === lockedDigest) return usual;
  const ofItsOwn = { ...copy, key: digestOf([copy.key, lockedDigest]) };
  const isElsewhere = usual !== undefined || (await context.cache.findRecipe(ofItsOwn.key)) !== undefined;
  return copyAt(isElsewhere ? ofItsOwn : copy, context);
}

function isImmutable({ integrity, source }: PackageRequest): boolean {
  return integrity !== undefined || source?.kind === 'git';
}

/** Fetched anew, and kept under the name that it is looked for by when it is locked. */
async function renewedCopy(copy: Copy, context: FetchContext): Promise<RecipeFile> {
  const key = digestOf([copy.key, randomUUID()]);
  const fresh = await copyAt({ ...copy, key }, context);
  const folder = (await context.cache.findRecipe(key)) ?? fresh.directory;
  const fill = (directory: string) => cp(folder, directory, { recursive: true, verbatimSymlinks: true });
  return copyAt({ ...copy, key: digestOf([copy.key, fresh.digest]), fill }, context);
}

async function copyAt({ request, key, fill }: Copy, context: FetchContext): Promise<RecipeFile> {
  const fillAndVerify = async (directory: string) => {
    await fill(directory);
    // A copy without a recipe must not stay in the cache: the next run is to look again.
    requireRecipe(request, directory);
  };
  const folder =
    (await context.cache.findRecipe(key)) ??
    (await context.cache.storeRecipe(key, fillAndVerify, context.emit, context.signal));
  return describeCopy(request, folder);
}

async function describeCopy(request: PackageRequest, copy: string): Promise<RecipeFile> {
  const file = requireRecipe(request, copy);
  return Object.freeze({
    file,
    directory: dirname(file),
    digest: createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
    isLocal: false,
    absent: [],
    origin: request.source?.text ?? `fetch function of ${request.declaredIn.file}`,
  });
}

function requireRecipe(request: PackageRequest, folder: string): string {
  const file = recipeInFetched(folder, request.subdir);
  if (file !== undefined) return file;
  const looked = request.subdir === undefined ? RECIPE_NAME : `${request.subdir}/${RECIPE_NAME}`;
  throw requestError(request, 'E_RECIPE_NOT_FOUND', `What was fetched for ${request.identity.text} has no ${looked}.`, {
    facts: { identity: request.identity.text, looked: [looked], source: request.source?.text ?? 'its fetch function' },
    hint: 'Name the folder that holds the recipe with subdir.',
  });
}

async function fillBySource(request: PackageRequest, directory: string, context: FetchContext): Promise<void> {
  const { source, integrity, ref } = request;
  if (!source) return;
  const { fetcher, emit, signal } = context;
  const downloads = join(directory, DOWNLOAD_FOLDER);
  await mkdir(downloads);
  const wanted = { source, ...(integrity && { integrity }), ...(ref !== undefined && { ref }) };
  const fetched = await fetcher.fetch(await fetcher.resolve(wanted, signal), { directory: downloads, emit, signal });
  signal.throwIfAborted();
  if (source.kind === 'git') await moveContents(fetched.path, directory);
  else if (await detectArchive(fetched.path)) await unpack(fetched.path, directory, context);
  else await rename(fetched.path, join(directory, RECIPE_NAME));
  await rm(downloads, { recursive: true, force: true });
}

/** The history of a repository is no part of the recipe. */
async function moveContents(clone: string, directory: string): Promise<void> {
  for (const name of await readdir(clone)) {
    if (name !== '.git') await rename(join(clone, name), join(directory, name));
  }
}

async function unpack(archive: string, directory: string, context: FetchContext): Promise<void> {
  const { emit, signal, extraction } = context;
  await extractArchive({ archive, destination: directory, strip: 0, emit, signal, ...extraction });
}

async function fillByFunction(request: PackageRequest, directory: string, context: FetchContext): Promise<void> {
  if (!context.runFetch) {
    throw requestError(request, 'E_RECIPE', `The fetch function of ${request.identity.text} cannot be run here.`);
  }
  await context.runFetch(request, directory);
  context.signal.throwIfAborted();
  await nameOnlyRecipe(directory);
  await verifyFetched(request, directory);
}

async function nameOnlyRecipe(directory: string): Promise<void> {
  const recipes = (await readdir(directory)).filter((name) => name.endsWith('.lua'));
  const [only] = recipes;
  if (only !== undefined && recipes.length === 1) await rename(join(directory, only), join(directory, RECIPE_NAME));
}

async function verifyFetched(request: PackageRequest, directory: string): Promise<void> {
  const { integrity } = request;
  if (!integrity) return;
  const got = await hashFile(requireRecipe(request, directory), integrity.algorithm);
  if (got === integrity.value) return;
  throw requestError(request, 'E_CHECKSUM', `The fetched recipe of ${request.identity.text} is not the expected one.`, {
    facts: { expected: integrity.value, got },
    hint: 'If the recipe was changed on purpose, write the new digest into the entry.',
  });
}
