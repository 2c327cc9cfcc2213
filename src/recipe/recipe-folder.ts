import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** What the recipe of a folder, an archive or a repository is called. */
export const RECIPE_NAME = 'recipe.lua';

/** The recipe of a folder of this machine, or of its sub-folder; undefined when there is none. */
export function recipeInFolder(folder: string, subdirectory: string | undefined): string | undefined {
  const file = join(folder, subdirectory ?? '', RECIPE_NAME);
  return isFile(file) ? file : undefined;
}

/**
 * The recipe in what was fetched. Archives often wrap everything in one folder, which is looked through. Links that
 * lead out of the folder are not followed: fetched content does not choose files of this machine.
 */
export function recipeInFetched(folder: string, subdirectory: string | undefined): string | undefined {
  const file = recipeInFolder(folder, subdirectory) ?? recipeInOnlyFolder(folder, subdirectory);
  return file !== undefined && realpathSync(file).startsWith(realpathSync(folder) + sep) ? file : undefined;
}

function recipeInOnlyFolder(folder: string, subdirectory: string | undefined): string | undefined {
  const [only, ...others] = readdirSync(folder, { withFileTypes: true });
  if (!only?.isDirectory() || others.length > 0) return undefined;
  return recipeInFolder(join(folder, only.name), subdirectory);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
