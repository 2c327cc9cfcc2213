import { mkdir } from 'node:fs/promises';
import { listEntries, type ListedEntry } from './entry-listing.js';
import { onCacheFiles } from './failure.js';
import type { Layout } from './layout.js';
import { removeEmptyEntry } from './leave-entry.js';
import type { LockClient } from './lock-client.js';
import { lockedNames, tidyLocks } from './lock-listing.js';
import { measureCache } from './size.js';
import type { Trash } from './trash.js';

export interface ClearParts {
  readonly layout: Layout;
  readonly trash: Trash;
  readonly locks: LockClient;
  readonly pid: number;
}

export interface Cleared {
  readonly bytesFreed: number;
  readonly kept: readonly string[];
}

/**
 * Removes everything that no running process holds. Entries go under their locks. What is shared by all packages
 * (recipes, downloads, logs) has no lock of its own, so it goes only when nothing is being built at all.
 */
export async function clearCache(parts: ClearParts): Promise<Cleared> {
  const { layout, trash } = parts;
  return onCacheFiles('clear the cache', layout.root, async () => {
    const before = await measureCache(layout);
    const kept: string[] = [];
    for (const entry of await listEntries(layout)) if (!(await clearEntry(parts, entry))) kept.push(entry.name);
    kept.push(...(await clearShared(parts)));
    trash.sweep();
    await trash.settled();
    const after = await measureCache(layout);
    return { bytesFreed: Math.max(0, before.bytes - after.bytes), kept };
  });
}

/** @returns false when a process works on it */
async function clearEntry({ locks, trash }: ClearParts, { place, lockName }: ListedEntry): Promise<boolean> {
  await using lock = await locks.tryLock(lockName);
  if (!lock) return false;
  // The marker first: from then on nobody can find an entry whose files are about to go.
  await trash.discard(place.marker);
  await trash.discard(place.folder);
  await removeEmptyEntry(place);
  return true;
}

async function clearShared({ layout, trash, pid }: ClearParts): Promise<readonly string[]> {
  await tidyLocks(layout, pid);
  if ((await lockedNames(layout)).length > 0) return ['recipes', 'downloads', 'logs'];
  for (const folder of [layout.recipes, layout.downloads, layout.logs]) {
    await trash.discard(folder);
    await mkdir(folder, { recursive: true });
  }
  return [];
}
