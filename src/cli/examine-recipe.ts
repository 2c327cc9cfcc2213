import { dirname } from 'node:path';
import { Place, plainRequest, type Identity, type LuaHost, type Options } from '../manifest/index.js';
import { loadRecipe, type Recipe } from '../recipe/index.js';

/**
 * Loads a recipe to learn what it makes of some options. What is wrong with them is told of the recipe, which declares
 * them.
 * @throws FettleError as loadRecipe: E_OPTION, E_RECIPE, E_LUA_*
 */
export function examineRecipe(file: string, identity: Identity, options: Options, luaHost: LuaHost): Recipe {
  const directory = dirname(file);
  const declaredIn = Place.inFile(file, directory, 'E_OPTION');
  const recipeFile = { file, directory, digest: '', isLocal: true, origin: file, absent: [] };
  const { recipe, state } = loadRecipe(recipeFile, plainRequest(identity, { options, declaredIn }), luaHost);
  state.close();
  return recipe;
}
