import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity, LuaHost } from '../manifest/index.js';
import { requestForRecipe } from './request-for-recipe.js';

/** Where recipes are found by their name. */
export interface RecipePlaces {
  /** Folder of the manifest: the recipes of a project are in `recipes/` beside it. */
  readonly manifestDir: string;
  /** Folder of the recipes that ship with fettle. */
  readonly shippedDir: string;
}

/** A recipe that needs no source to be found. */
export interface NamedRecipe {
  readonly file: string;
  readonly identity: Identity;
}

const ENDING = '.lua';

/**
 * The recipes of a name: those of the project, or else those that ship. Only files that can be meant are run, to read
 * the identity they declare.
 * @throws FettleError what running them throws
 */
export function findRecipesCalled(
  { name, namespace }: Pick<Identity, 'name'> & Partial<Pick<Identity, 'namespace'>>,
  places: RecipePlaces,
  luaHost: LuaHost,
): readonly NamedRecipe[] {
  for (const folder of foldersOf(places)) {
    const files = stemsIn(folder).filter((stem) => nameOf(stem) === name);
    const recipes = files.map((stem) => namedRecipe(join(folder, stem + ENDING), luaHost));
    const found = recipes.filter(
      ({ identity }) => identity.name === name && (namespace === undefined || identity.namespace === namespace),
    );
    if (found.length > 0) return found;
  }
  return [];
}

/** The short names of all recipes that are found by their name. */
export function recipeNames(places: RecipePlaces): readonly string[] {
  return [...new Set(foldersOf(places).flatMap((folder) => stemsIn(folder).map(nameOf)))].sort();
}

function foldersOf({ manifestDir, shippedDir }: RecipePlaces): readonly string[] {
  return [join(manifestDir, 'recipes'), shippedDir];
}

function stemsIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
    return names.map((name) => name.slice(0, -ENDING.length)).sort();
  } catch {
    return [];
  }
}

/** Files are called `<name>.lua` or `<namespace>.<name>@<version>.lua`. */
function nameOf(stem: string): string {
  return /^[^.@]+\.(.+?)@/.exec(stem)?.[1] ?? stem;
}

function namedRecipe(file: string, luaHost: LuaHost): NamedRecipe {
  return { file, identity: requestForRecipe(file, [], luaHost).identity };
}
