import { readdir, rename, stat } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import { patiently } from '../support/patiently.js';
import type { Emit } from '../events/index.js';
import { claimName, newClaim, parseClaimName } from './claim.js';
import { syncFolder, type Durability } from './durable-file.js';
import { onCacheFiles } from './failure.js';
import { partialRecipeClaim, type Layout } from './layout.js';
import { judgeLiveness } from './liveness.js';
import { makeFolder } from '../support/make-folder.js';
import { identifyProcess } from './process-identity.js';
import { syncTree } from './sync-tree.js';
import type { Trash } from './trash.js';

export interface RecipeStore {
  readonly layout: Layout;
  readonly trash: Trash;
  readonly durability: Durability;
  readonly pid: number;
}

/** The folder of a recipe's copy. It gets its name when it is whole, so being there says enough. */
export async function findRecipe(layout: Layout, digest: string): Promise<string | undefined> {
  const folder = layout.recipe(digest);
  return onCacheFiles('look for a recipe', folder, async () =>
    (await patiently(() => isFilled(folder))) ? folder : undefined,
  );
}

/**
 * Has `fill` make a recipe's copy in a folder of its own and publishes that. Of several that do so at once one wins;
 * the copies are the same, because the digest is that of their content, so the others throw theirs away.
 */
export async function storeRecipe(
  store: RecipeStore,
  digest: string,
  fill: (directory: string) => Promise<void>,
  way: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<string> {
  way.signal.throwIfAborted();
  const { layout, trash } = store;
  const folder = layout.recipe(digest);
  if (await findRecipe(layout, digest)) return folder;
  const partial = layout.partialRecipe(claimName(newClaim(identifyProcess(store.pid))));
  await onCacheFiles('make room for a recipe', partial, () => {
    makeFolder(partial);
  });
  try {
    await fill(partial);
    way.signal.throwIfAborted();
    const won = await onCacheFiles('store a recipe', folder, () => publish(store, partial, folder));
    if (!won) way.emit({ kind: 'commit:lost', path: folder });
  } finally {
    await trash.discard(partial);
    await discardOrphans(store);
  }
  return folder;
}

async function publish({ layout, durability }: RecipeStore, partial: string, folder: string): Promise<boolean> {
  await syncTree(partial, durability);
  try {
    await rename(partial, folder);
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST') || (hasCode(error, 'EPERM') && (await isFilled(folder)))) return false;
    throw error;
  }
  await syncFolder(layout.recipes, durability);
  return true;
}

async function isFilled(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory() && (await readdir(folder)).length > 0;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Half-made copies of processes that were killed. */
async function discardOrphans({ layout, trash, pid }: RecipeStore): Promise<void> {
  for (const name of await readdir(layout.recipes).catch(() => [])) {
    if (isOrphan(name, pid)) await trash.discard(layout.foundRecipe(name));
  }
}

/** Whether a name found among the recipes is that of a half-made copy whose maker is certainly dead. */
export function isOrphan(name: string, pid: number): boolean {
  const claim = parseClaimName(partialRecipeClaim(name) ?? '');
  // The heartbeat is unknown, so an earlier boot of this machine is not told from another machine.
  return claim !== undefined && judgeLiveness(claim, identifyProcess(pid), Infinity) === 'dead';
}
