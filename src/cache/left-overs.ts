import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mayHaveSilentHolder } from './contested.js';
import { listEntries } from './entry-listing.js';
import { entryIsInUse } from './evictable-entries.js';
import { evictEntry, type EvictionParts } from './evict.js';
import type { Evictable } from './evictable.js';
import { claimsToBeComplete } from './inspect-entry.js';
import { childOf, type EntryPlace, type ListedEntry } from './layout.js';
import { readMarker } from './marker.js';
import { diskUsage } from './tree.js';

/** What attempts left that ended without an entry, and what killed ones left beside a complete entry. */
export async function leftOvers(parts: EvictionParts): Promise<readonly Evictable[]> {
  const items: Evictable[] = [];
  for (const listed of await listEntries(parts.layout)) {
    if (claimsToBeComplete(listed.place)) items.push(...(await besideEntry(parts, listed)));
    else items.push(await withoutEntry(parts, listed));
  }
  return items;
}

async function withoutEntry(parts: EvictionParts, listed: ListedEntry): Promise<Evictable> {
  const { place, name } = listed;
  return {
    ...{ kind: 'left-over', name, lastUsed: await changeTime(place.folder), bytes: await diskUsage(place.folder) },
    isInUse: () => entryIsInUse(parts, listed),
    remove: () => evictEntry(parts, listed, () => claimsToBeComplete(place)),
  };
}

async function besideEntry(parts: EvictionParts, listed: ListedEntry): Promise<readonly Evictable[]> {
  const items: Evictable[] = [];
  for (const path of await surplusOf(listed.place)) {
    items.push({
      ...{ kind: 'left-over', name: `${listed.name}${path.slice(listed.place.folder.length)}` },
      ...{ lastUsed: await changeTime(path), bytes: await diskUsage(path) },
      isInUse: () => entryIsInUse(parts, listed),
      remove: () => removeSurplus(parts, listed, path),
    });
  }
  return items;
}

/** Paths of what a complete entry does not need. None when its marker does not say. */
export async function surplusOf(place: EntryPlace): Promise<readonly string[]> {
  const marker = readMarker(place.marker);
  if (!marker) return [];
  const [first = '', second] = marker.asset.split('/');
  const needed = ['complete.json', 'fingerprint.json', 'last-used', first];
  const surplus = (await readdir(place.folder)).filter((name) => !needed.includes(name));
  const beside = second === undefined ? [] : await readdir(childOf(place, first)).catch(() => []);
  const unneeded = beside.filter((name) => name !== second && name !== 'fingerprint.json');
  return [...surplus.map((name) => childOf(place, name)), ...unneeded.map((name) => join(childOf(place, first), name))];
}

async function removeSurplus(
  { locks, trash, now }: EvictionParts,
  listed: ListedEntry,
  path: string,
): Promise<boolean> {
  await using lock = await locks.tryLock(listed.lockName);
  if (!lock || (await mayHaveSilentHolder(listed.place.contested, now))) return false;
  if ((await surplusOf(listed.place)).includes(path)) await trash.discard(path);
  return true;
}

async function changeTime(path: string): Promise<number> {
  return (await lstat(path).catch(() => undefined))?.mtimeMs ?? 0;
}
