import { sep } from 'node:path';
import { recordFolderUse, recordUse } from './last-use.js';
import { Layout, ownerOfAsset } from './layout.js';

/**
 * Counts what a project took from a cache as used, as a run does that finds it there. Opens no cache, and never fails:
 * paths that are in no cache are passed over.
 * @param root the cache that recipe copies are in
 * @param paths asset folders, and files of recipe copies among others
 * @param now milliseconds since the epoch
 */
export function useAgain(root: string, paths: readonly string[], now: number): void {
  const layout = new Layout(root);
  const copies = new Set<string>();
  for (const path of paths) {
    const owner = ownerOfAsset(path);
    if (owner) recordUse(new Layout(owner.root).listedEntry(owner.identity, owner.variant).place, now);
    else if (path.startsWith(`${layout.recipes}${sep}`)) copies.add(layout.recipeNameOf(path) ?? '');
  }
  for (const name of copies) if (name !== '') recordFolderUse(layout.foundRecipe(name), now);
}
