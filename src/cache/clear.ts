import { readdir } from 'node:fs/promises';
import { forgetSilentHolders } from './contested.js';
import { listEntries } from './entry-listing.js';
import { evictEntry, type EvictionParts } from './evict.js';
import { onCacheFiles } from './failure.js';
import { partialRecipeClaim } from './layout.js';
import { leasedNames } from './lease-listing.js';
import { lockedNames, tidyLocks } from './lock-listing.js';
import { makeFolder } from '../support/make-folder.js';
import { isOrphan } from './recipes.js';
import { measureCache } from './size.js';

export interface Cleared {
  readonly bytesFreed: number;
  readonly kept: readonly string[];
}

/**
 * Removes everything that no running process holds or uses. Entries go under their locks. What is shared by all
 * packages (recipes, downloads, logs) has no lock of its own, so it goes only when nothing is being built at all.
 */
export async function clearCache(parts: EvictionParts): Promise<Cleared> {
  const { layout, trash } = parts;
  return onCacheFiles('clear the cache', layout.root, async () => {
    const before = await measureCache(layout);
    const kept: string[] = [];
    for (const entry of await listEntries(layout)) if (!(await evictEntry(parts, entry))) kept.push(entry.name);
    kept.push(...(await clearShared(parts)));
    await trash.discard(layout.quarantine);
    trash.sweep();
    await trash.settled();
    const after = await measureCache(layout);
    return { bytesFreed: Math.max(0, before.bytes - after.bytes), kept };
  });
}

async function clearShared(parts: EvictionParts): Promise<readonly string[]> {
  const { layout, trash, pid } = parts;
  await tidyLocks(layout, pid);
  await forgetSilentHolders(parts);
  if ((await lockedNames(layout)).length > 0) return ['recipes', 'downloads', 'logs'];
  for (const folder of [layout.downloads, layout.logs]) {
    await trash.discard(folder);
    makeFolder(folder);
  }
  makeFolder(layout.recipes);
  return clearRecipes(parts);
}

async function clearRecipes({ layout, trash, durability, pid }: EvictionParts): Promise<readonly string[]> {
  const leased = await leasedNames(layout, pid);
  const kept: string[] = [];
  for (const name of await readdir(layout.recipes)) {
    if (leased.has(layout.foundRecipeLease(name)) || (partialRecipeClaim(name) !== undefined && !isOrphan(name, pid)))
      kept.push(`recipes/${name}`);
    else await trash.discard(layout.foundRecipe(name), durability);
  }
  return kept;
}
