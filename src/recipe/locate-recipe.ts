import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { detectArchive } from '../archive/index.js';
import { type FettleError, hasCode } from '../errors/index.js';
import type { Integrity, Source } from '../fetch/index.js';
import type { PackageRequest } from '../manifest/index.js';
import { nearestName } from '../support/nearest-name.js';
import { fetchRecipe, unpackRecipe, type FetchContext } from './fetched-recipe.js';
import { RECIPE_NAME, recipeInFolder } from './recipe-folder.js';
import type { RecipeFile } from './recipe.js';
import { onBehalfOf, requestError } from './request-error.js';

/** What finding a recipe needs. */
export interface LocateContext extends FetchContext {
  /** Folder of the manifest: the recipes of a project are in `recipes/` beside it. */
  readonly manifestDir: string;
  /** Folder of the recipes that ship with fettle, namespace `fettle`. */
  readonly shippedDir: string;
}

/** The namespace whose recipes ship with fettle. */
const SHIPPED_NAMESPACE = 'fettle';

/**
 * Finds the file of a recipe: at its source if it has one; else `recipes/<identity>.lua` or `recipes/<name>.lua` beside
 * the manifest; else among the recipes that ship. What is not on this machine is fetched into the cache once, under a
 * name made of its address and ref or of its digest, and is not asked for again.
 * @throws FettleError E_RECIPE_NOT_FOUND with the places looked in, E_CHECKSUM, E_RECIPE for a file that cannot be read,
 *   and what fetching throws; all located where the recipe is asked for
 */
export function locateRecipe(request: PackageRequest, context: LocateContext): Promise<RecipeFile> {
  return onBehalfOf(request, () => locate(request, context));
}

async function locate(request: PackageRequest, context: LocateContext): Promise<RecipeFile> {
  if (request.fetch || (request.source && request.source.kind !== 'path')) return fetchRecipe(request, context);
  if (request.source) return recipeAtPath(request, request.source, context);
  return recipeByName(request, context);
}

async function recipeByName(request: PackageRequest, context: LocateContext): Promise<RecipeFile> {
  const places = namedPlaces(request, context);
  const absent: string[] = [];
  for (const { file, origin } of places) {
    const found = readIfThere(file);
    if (found) return verifiedFile(request, { file, origin, content: found }, absent);
    absent.push(file);
  }
  const known = knownNames(context);
  const nearest = nearestName(request.identity.text, known) ?? nearestName(request.identity.name, known);
  throw requestError(request, 'E_RECIPE_NOT_FOUND', `No recipe was found for ${request.identity.text}.`, {
    facts: { identity: request.identity.text, looked: places.map(({ file }) => file), ...(nearest && { nearest }) },
    hint: nearest
      ? `Did you mean the recipe ${JSON.stringify(nearest)}? Otherwise give a source.`
      : 'Give a source, or write the recipe to one of the places above.',
  });
}

interface NamedPlace {
  readonly file: string;
  readonly origin: string;
}

function namedPlaces({ identity }: PackageRequest, { manifestDir, shippedDir }: LocateContext): readonly NamedPlace[] {
  const names = [`${identity.text}.lua`, `${identity.name}.lua`];
  const beside = names.map((name) => ({ file: join(manifestDir, 'recipes', name), origin: `recipes/${name}` }));
  if (identity.namespace !== SHIPPED_NAMESPACE) return beside;
  return [...beside, ...names.map((name) => ({ file: join(shippedDir, name), origin: 'shipped with fettle' }))];
}

function knownNames({ manifestDir, shippedDir }: LocateContext): readonly string[] {
  return [join(manifestDir, 'recipes'), shippedDir].flatMap((folder) => {
    try {
      return readdirSync(folder).flatMap((name) => (name.endsWith('.lua') ? [name.slice(0, -'.lua'.length)] : []));
    } catch {
      return [];
    }
  });
}

async function recipeAtPath(
  request: PackageRequest,
  source: Source & { readonly kind: 'path' },
  context: LocateContext,
): Promise<RecipeFile> {
  const { path } = source;
  const found = statIfThere(path);
  if (!found) throw notFound(request, [path]);
  if (found.isDirectory()) return recipeInLocalFolder(request, path);
  if (!path.endsWith('.lua') && (await detectArchive(path))) return unpackRecipe(request, path, context);
  if (request.subdir !== undefined) {
    throw requestError(request, 'E_RECIPE', `${path} is a single file, so it has no folder ${request.subdir}.`, {
      facts: { path, subdir: request.subdir },
      hint: 'Remove subdir, or give a folder or an archive as source.',
    });
  }
  return verifiedFile(request, { file: path, origin: source.text, content: readFileSync(path) });
}

async function recipeInLocalFolder(request: PackageRequest, folder: string): Promise<RecipeFile> {
  if (request.integrity) {
    throw requestError(request, 'E_RECIPE', `${folder} is a folder, so its sha256 cannot be verified.`, {
      facts: { path: folder },
      hint: `Give the path of ${RECIPE_NAME} itself, or remove sha256.`,
    });
  }
  const file = recipeInFolder(folder, request.subdir);
  if (file === undefined) throw notFound(request, [join(folder, request.subdir ?? '', RECIPE_NAME)]);
  return verifiedFile(request, { file, origin: request.source?.text ?? folder, content: readFileSync(file) });
}

/** The recipe as it was read; with a digest it must be the very file that was meant. */
function verifiedFile(
  request: PackageRequest,
  read: NamedPlace & { readonly content: Uint8Array },
  absent: readonly string[] = [],
): RecipeFile {
  const { integrity } = request;
  if (integrity) verifyContent(request, integrity, read);
  return Object.freeze({
    file: read.file,
    directory: dirname(read.file),
    digest: createHash('sha256').update(read.content).digest('hex'),
    isLocal: integrity === undefined,
    origin: read.origin,
    absent: Object.freeze(absent),
    content: read.content,
  });
}

function verifyContent(
  request: PackageRequest,
  expected: Integrity,
  { file, content }: { readonly file: string; readonly content: Uint8Array },
): void {
  const got = createHash(expected.algorithm).update(content).digest('hex');
  if (got === expected.value) return;
  throw requestError(
    request,
    'E_CHECKSUM',
    `The recipe of ${request.identity.text} is not the one that was expected.`,
    {
      facts: { path: file, expected: expected.value, got },
      hint: 'If the recipe was changed on purpose, write the new digest into the entry.',
    },
  );
}

function notFound(request: PackageRequest, looked: readonly string[]): FettleError {
  return requestError(request, 'E_RECIPE_NOT_FOUND', `No recipe was found for ${request.identity.text}.`, {
    facts: { identity: request.identity.text, looked },
    hint: 'Correct the source: relative paths start at the file that names them.',
  });
}

/** Recipes are small, so they are read at once: through the thread pool each would take several times as long. */
function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
}

function statIfThere(path: string): { isDirectory(): boolean } | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
