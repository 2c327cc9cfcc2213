import { FettleError } from '../errors/index.js';
import type { Identity, LuaHost, Options } from '../manifest/index.js';
import { matchTools, readToolFiles, type ToolMatch, type ToolRecipe } from '../project/index.js';
import { findRecipesCalled, type RecipePlaces } from '../recipe/index.js';
import { examineRecipe } from './examine-recipe.js';

/** What files of other version managers ask for, and the packages that offer it. */
export interface DetectedTools {
  readonly matches: readonly ToolMatch[];
  /** Files that cannot be read, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Looks for files of other version managers in the folder of the manifest.
 * @param files only these; undefined: all that are there
 * @throws FettleError E_USAGE for files that are not there or not known
 */
export async function detectTools(
  places: RecipePlaces,
  files: readonly string[] | undefined,
  luaHost: LuaHost,
): Promise<DetectedTools> {
  const { tools, problems } = await readToolFiles(places.manifestDir, files);
  return { matches: matchTools(tools, (name) => toolRecipe(name, places, luaHost)), problems };
}

function toolRecipe(name: string, places: RecipePlaces, luaHost: LuaHost): ToolRecipe | undefined {
  const [found] = findRecipesCalled({ name }, places, luaHost);
  if (!found) return undefined;
  const { file, identity } = found;
  const { options, problem } = tryOptions(file, identity, {}, luaHost);
  return {
    identity: identity.text,
    // A recipe that cannot do without options has no defaults.
    defaults: problem === undefined ? options : {},
    problemWith: (given) => tryOptions(file, identity, given, luaHost).problem,
  };
}

function tryOptions(
  file: string,
  identity: Identity,
  given: Options,
  luaHost: LuaHost,
): { readonly options: Options; readonly problem?: string } {
  try {
    return { options: examineRecipe(file, identity, given, luaHost).options };
  } catch (error) {
    if (error instanceof FettleError) return { options: {}, problem: error.message };
    throw error;
  }
}
