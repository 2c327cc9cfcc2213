import { join } from 'node:path';
import type { LuaHost, PackageRequest } from '../manifest/index.js';
import { findRecipesCalled, type RecipePlaces } from '../recipe/index.js';
import { examineRecipe } from './examine-recipe.js';
import { idOf } from './manifest-edits.js';

interface NeedContext extends RecipePlaces {
  readonly luaHost: LuaHost;
}

/**
 * The packages among these, or among what they need, whose recipes name an identity as a dependency. Recipes that are
 * not on this machine, or do not load, tell nothing.
 * @returns ids
 */
export function whoNeeds(
  identity: string,
  requests: readonly PackageRequest[],
  context: NeedContext,
): readonly string[] {
  const seen = new Set<string>();
  const needing: string[] = [];
  const waiting = [...requests];
  for (let request = waiting.pop(); request; request = waiting.pop()) {
    const id = idOf(request);
    if (seen.has(id)) continue;
    seen.add(id);
    const dependencies = dependenciesOf(request, context);
    if (dependencies.some((each) => each.identity.text === identity)) needing.push(id);
    waiting.push(...dependencies);
  }
  return needing.sort();
}

function dependenciesOf(request: PackageRequest, context: NeedContext): readonly PackageRequest[] {
  try {
    const file = recipeFileOf(request, context);
    return file === undefined
      ? []
      : examineRecipe(file, request.identity, request.options, context.luaHost).dependencies;
  } catch {
    return [];
  }
}

function recipeFileOf({ identity, source }: PackageRequest, { luaHost, ...places }: NeedContext): string | undefined {
  if (source?.kind === 'path') return source.path.endsWith('.lua') ? source.path : join(source.path, 'recipe.lua');
  if (source) return undefined;
  return findRecipesCalled(identity, places, luaHost).find((recipe) => recipe.identity.text === identity.text)?.file;
}
