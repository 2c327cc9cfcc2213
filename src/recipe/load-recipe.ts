import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { FettleError, hasCode, messageOf } from '../errors/index.js';
import { openLuaState, type LuaState } from '../lua/index.js';
import {
  Place,
  misspeltGlobals,
  parsePlatforms,
  readString,
  type LuaHost,
  type PackageRequest,
} from '../manifest/index.js';
import { verifyIdentity } from './declared-identity.js';
import { parseDependencies } from './dependencies.js';
import { parseOptionSchema, resolveOptions } from './option-schema.js';
import { parseProducts } from './products.js';
import { VERB_NAMES, type Recipe, type RecipeFile } from './recipe.js';
import { parseVerbs, type Verbs } from './verbs.js';

/** A recipe, and the Lua state its functions live in. The caller closes the state. */
export interface LoadedRecipe {
  readonly recipe: Recipe;
  readonly state: LuaState;
}

const METADATA = ['description', 'homepage', 'license', 'version'] as const;
const GLOBALS = [...VERB_NAMES, 'identity', 'options', 'platforms', 'dependencies', 'products'] as const;

/**
 * Runs a recipe and reads what it assigned, for the options of one request. First comes its identity: nothing else is
 * said of a recipe that is not the one that was asked for.
 * @throws FettleError E_RECIPE_IDENTITY, E_RECIPE, E_OPTION, E_PRODUCT, E_LOCAL_ACCESS, what its fields' parsers throw,
 *   and E_LUA_*
 */
export function loadRecipe(file: RecipeFile, request: PackageRequest, options: LuaHost): LoadedRecipe {
  const { content, ...found } = file;
  const { state, digest } = runRecipe(found, options, content);
  try {
    if (digest !== found.digest && !found.isLocal) throw changed(found);
    return { recipe: readRecipe({ ...found, digest }, request, { state, ...options }), state };
  } catch (error) {
    state.close();
    throw error;
  }
}

/**
 * Runs a recipe again, for the functions of its verbs, when the state it was loaded in is closed.
 * @param text what was in the file then; without it the file is read
 * @throws FettleError E_RECIPE when the file is no longer the one that was loaded; E_LUA_*
 */
export function reopenRecipe(recipe: Recipe, options: LuaHost, text?: Uint8Array): LuaState {
  const { state, digest } = runRecipe(recipe.file, options, text);
  if (digest === recipe.file.digest) return state;
  state.close();
  throw changed(recipe.file);
}

/** @param known what is in the file, for which its digest was taken */
function runRecipe(
  file: RecipeFile,
  options: LuaHost,
  known?: Uint8Array,
): { readonly state: LuaState; readonly digest: string } {
  const source = known ?? readSource(file);
  const state = openLuaState({ ...options, requireRoot: file.directory });
  try {
    state.run(source, file.file);
    return { state, digest: known ? file.digest : createHash('sha256').update(source).digest('hex') };
  } catch (error) {
    state.close();
    throw error;
  }
}

function readSource({ file }: RecipeFile): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) {
      throw new FettleError('E_RECIPE_NOT_FOUND', `There is no recipe ${file}.`, {
        facts: { looked: [file] },
        cause: error,
      });
    }
    throw new FettleError('E_RECIPE', `The recipe cannot be read: ${messageOf(error)}.`, {
      facts: { file },
      cause: error,
    });
  }
}

function changed({ file }: RecipeFile): FettleError {
  return new FettleError('E_RECIPE', 'The recipe was changed while it was in use.', {
    facts: { file },
    hint: 'Run the command again.',
    location: { file },
  });
}

/** Where relative fetch sources of a recipe are looked for: beside it, then where a recipe run by its path was started. */
export function fetchDirectories({ directory }: RecipeFile, { workingDirectory }: PackageRequest): readonly string[] {
  return workingDirectory === undefined ? [directory] : [directory, workingDirectory];
}

function readRecipe(file: RecipeFile, request: PackageRequest, { state, host }: LuaHost & { state: LuaState }): Recipe {
  const top = Place.inFile(file.file, file.directory, 'E_RECIPE');
  const { identity } = request;
  verifyIdentity(state, top.at('identity'), identity);
  const misspelt = misspeltGlobals(state, GLOBALS, METADATA);
  const options = resolveOptions(parseOptionSchema(state.global('options'), top.at('options')), request);
  const verbs = parseVerbs(state, top, fetchDirectories(file, request));
  requireWork(verbs, top, misspelt[0]?.message);
  return Object.freeze({
    identity,
    file: Object.freeze(file),
    ...readMetadata(state, top),
    platforms: parsePlatforms(state.global('platforms'), top.at('platforms')),
    options,
    dependencies: parseDependencies(state, top.at('dependencies'), { identity, options, host }),
    products: parseProducts(state, top.at('products'), options),
    ...verbs,
    // Last: what the functions above read counts too.
    observed: readObserved(state, file.directory),
    warnings: Object.freeze(misspelt.map(({ message }) => `${identity.text}: ${message}`)),
  });
}

function requireWork({ check, fetch, install }: Verbs, top: Place, suspicion: string | undefined): void {
  if ([check, fetch, install].some((verb) => verb.form !== 'nil')) return;
  throw top.error('The recipe has neither fetch, nor install, nor check, so there is nothing to do.', {
    facts: { expected: 'fetch, install or check', got: 'none of them' },
    hint: suspicion ?? 'Say what to download with fetch, or what to do with install.',
  });
}

type Metadata = Pick<Recipe, (typeof METADATA)[number]>;

function readMetadata(state: LuaState, top: Place): Metadata {
  const read = (name: (typeof METADATA)[number]) => {
    const value = state.global(name);
    return value === undefined ? undefined : readString(value, top.at(name));
  };
  return {
    description: read('description'),
    homepage: read('homepage'),
    license: read('license'),
    version: read('version'),
  };
}

/** Paths of the key are the same on every machine: relative to the recipe, with `/`. */
function readObserved(state: LuaState, directory: string): Recipe['observed'] {
  const { files, env, isVolatile } = state.observed();
  const relativeFiles = [...files].map(([path, digest]) => [relative(directory, path).split(sep).join('/'), digest]);
  return Object.freeze({
    files: Object.freeze(Object.fromEntries(relativeFiles) as Record<string, string>),
    env: Object.freeze(Object.fromEntries(env)),
    isVolatile,
  });
}
