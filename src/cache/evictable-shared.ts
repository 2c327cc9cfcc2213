import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors/index.js';
import type { CollectedItem } from './collection.js';
import type { EvictionParts } from './evict.js';
import type { Evictable } from './evictable.js';
import { evictableDownloads } from './evictable-downloads.js';
import { isBuildRecord, partialRecipeClaim } from './layout.js';
import { leasedNames } from './lease-listing.js';
import { writerHasEnded } from './logs.js';
import { isOrphan } from './recipes.js';
import { diskUsage } from './tree.js';

/** They are small, so they go by their age only. */
const KEEP_RECORDS_MS = 30 * 24 * 60 * 60 * 1000;

/** What belongs to no entry: copies of recipes, downloads, logs, and broken entries that were set aside. */
export async function evictableShared(parts: EvictionParts): Promise<readonly Evictable[]> {
  return [
    ...(await recipes(parts)),
    ...(await evictableDownloads(parts)),
    ...(await logs(parts)),
    ...(await below(parts, parts.layout.quarantine, 'quarantine', () => Promise.resolve(false))),
  ];
}

/** What is being thrown away already. */
export function trashed(parts: EvictionParts): Promise<readonly Evictable[]> {
  return below(parts, parts.layout.trash, 'trash', () => Promise.resolve(false));
}

async function recipes(parts: EvictionParts): Promise<readonly Evictable[]> {
  const { layout, pid } = parts;
  const items = await below(parts, layout.recipes, 'recipe', async (name) =>
    isPartial(name) ? !isOrphan(name, pid) : (await leasedNames(layout, pid)).has(layout.foundRecipeLease(name)),
  );
  // Nobody will ever use half of a copy whose maker is dead.
  return items.map((item) => (isPartial(item.name) ? { ...item, kind: 'left-over', lastUsed: 0 } : item));
}

function isPartial(name: string): boolean {
  return partialRecipeClaim(name) !== undefined;
}

async function logs(parts: EvictionParts): Promise<readonly Evictable[]> {
  const { layout, now } = parts;
  // What is remembered of a build is to tell later that its entry was evicted.
  const mayGo = ({ name, lastUsed }: Evictable): boolean => !isBuildRecord(name) || now() - lastUsed > KEEP_RECORDS_MS;
  const items: Evictable[] = [];
  for (const identity of await namesIn(layout.logs)) {
    const found = await below(parts, join(layout.logs, identity), 'log', async (name) => !writerHasEnded(name));
    items.push(...found.filter(mayGo).map((item) => ({ ...item, name: `${identity}/${item.name}` })));
  }
  return items;
}

async function below(
  { trash, durability }: EvictionParts,
  folder: string,
  kind: CollectedItem['kind'],
  isInUse: (name: string) => Promise<boolean>,
): Promise<readonly Evictable[]> {
  const items: Evictable[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined);
    if (!stats) continue;
    // What is moved into the quarantine keeps its own time; only that of the move counts.
    const lastUsed = kind === 'quarantine' ? stats.ctimeMs : stats.mtimeMs;
    items.push({
      ...{ kind, name, lastUsed, bytes: await diskUsage(path) },
      isInUse: () => isInUse(name),
      remove: async () => {
        if (await isInUse(name)) return false;
        await trash.discard(path, kind === 'recipe' ? durability : undefined);
        return true;
      },
    });
  }
  return items;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
