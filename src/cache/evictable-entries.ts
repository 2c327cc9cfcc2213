import { statSync } from 'node:fs';
import { mayHaveSilentHolder } from './contested.js';
import { listEntries } from './entry-listing.js';
import { evictEntry, type EvictionParts } from './evict.js';
import type { Evictable } from './evictable.js';
import { claimsToBeComplete } from './inspect-entry.js';
import { lastUseOf } from './last-use.js';
import type { EntryPlace, ListedEntry } from './layout.js';
import { leasedNames } from './lease-listing.js';
import { isHeld } from './lock-listing.js';
import { readMarker } from './marker.js';
import { diskUsage } from './tree.js';

/** Every complete entry, and those whose marker is damaged. */
export async function evictableEntries(parts: EvictionParts): Promise<readonly Evictable[]> {
  const listed = (await listEntries(parts.layout)).filter(({ place }) => claimsToBeComplete(place));
  const items: Evictable[] = [];
  for (const entry of listed) items.push(await evictableEntry(parts, entry));
  return items;
}

async function evictableEntry(parts: EvictionParts, listed: ListedEntry): Promise<Evictable> {
  const { place, name } = listed;
  const lastUsed = lastUse(place);
  return {
    ...{ kind: 'entry', name, lastUsed, bytes: await diskUsage(place.folder) },
    isInUse: () => entryIsInUse(parts, listed),
    remove: () => evictEntry(parts, listed, () => lastUse(place) > lastUsed),
  };
}

export async function entryIsInUse(
  { layout, pid, now }: EvictionParts,
  { lockName, place }: ListedEntry,
): Promise<boolean> {
  if ((await leasedNames(layout, pid)).has(lockName) || isHeld(layout, lockName, pid)) return true;
  return mayHaveSilentHolder(place.contested, now);
}

function lastUse(place: EntryPlace): number {
  const completedAt = readMarker(place.marker)?.completedAt;
  return lastUseOf(place, completedAt ?? statSync(place.marker, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}
