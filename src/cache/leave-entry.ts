import { rmdir } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import type { AttemptParts } from './attempt-parts.js';
import { isContested } from './contested.js';
import type { EntryPlace } from './layout.js';
import { removeDamagedMarker } from './publish-marker.js';
import { holdsSomething } from './work-folders.js';

/** What of an attempt matters when it ends without a commit. */
type LeavingParts = Pick<AttemptParts, 'entry' | 'place' | 'shared' | 'trash' | 'ephemeral' | 'lock'>;

/** Takes away what an attempt without a commit leaves, and every folder above that is empty then. */
export async function leaveEntry(parts: LeavingParts, keepFetch: boolean): Promise<void> {
  const { entry, place, shared, trash } = parts;
  for (const path of [place.asset, place.stage, place.tmp, place.fingerprint]) await trash.discard(path);
  if (!keepFetch || !(await downloadsAreOfUse(parts))) await trash.discard(place.fetch);
  // Whoever is alone has cleared away what was there before, so its own folder must say which numbers are used up.
  if (shared) await removeIfEmpty(place.base);
  if (!parts.ephemeral) removeDamagedMarker(entry, parts.lock.takeover);
  await removeEmptyEntry(entry);
}

/** In a contested entry nobody takes over another attempt's downloads. */
async function downloadsAreOfUse({ entry, place, shared }: LeavingParts): Promise<boolean> {
  return !shared && !isContested(entry) && (await holdsSomething(place.fetch));
}

/** Removes an entry's folder in which nothing is left, and that of its identity. */
export async function removeEmptyEntry(entry: EntryPlace): Promise<void> {
  await removeIfEmpty(entry.folder);
  await removeIfEmpty(entry.identityFolder);
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}
