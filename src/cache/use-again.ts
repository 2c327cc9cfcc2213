import { sep } from 'node:path';
import { entriesByCache } from './entries-by-cache.js';
import { recordFolderUse, recordUse } from './last-use.js';
import { Layout } from './layout.js';

/**
 * Counts what a project took from a cache as used, as a run does that finds it there. Opens no cache, and never fails:
 * paths that are in no cache are passed over.
 * @param root the cache that recipe copies are in
 * @param paths asset folders, and files of recipe copies among others
 * @param now milliseconds since the epoch
 */
export function useAgain(root: string, paths: readonly string[], now: number): void {
  for (const { place } of [...entriesByCache(paths).values()].flat()) recordUse(place, now);
  const layout = new Layout(root);
  const copied = paths.filter((path) => path.startsWith(`${layout.recipes}${sep}`));
  const names = new Set(copied.map((path) => layout.recipeNameOf(path)));
  for (const name of names) if (name !== undefined) recordFolderUse(layout.foundRecipe(name), now);
}
