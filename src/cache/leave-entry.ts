import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import type { AttemptParts } from './attempt-parts.js';
import { attemptPlace, type EntryPlace } from './layout.js';
import { removeDamagedMarker } from './publish-marker.js';
import { holdsSomething } from './work-folders.js';

/** Takes away what an attempt without a commit leaves, and every folder above that is empty then. */
export async function leaveEntry(parts: AttemptParts, keepFetch: boolean): Promise<void> {
  const { entry, place, trash } = parts;
  for (const path of [place.asset, place.stage, place.tmp, place.fingerprint]) await trash.discard(path);
  if (!(keepFetch && (await keepDownloads(parts)))) await trash.discard(place.fetch);
  if (place.base !== entry.folder) await removeIfEmpty(place.base);
  if (!parts.ephemeral) await removeDamagedMarker(entry);
  await removeEmptyEntry(entry);
}

/** Moves the downloads to where the next attempt looks for them. */
async function keepDownloads({ entry, place }: AttemptParts): Promise<boolean> {
  if (!(await holdsSomething(place.fetch))) return false;
  const usual = attemptPlace(entry, 0).fetch;
  if (place.fetch === usual) return true;
  // In a contested entry that folder is another attempt's.
  if ((await readdir(entry.folder)).includes('contested')) return false;
  return moveWithoutReplacing(place.fetch, usual);
}

async function moveWithoutReplacing(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM')) return false;
    throw error;
  }
}

/** Removes an entry's folder in which nothing is left, and that of its identity. */
export async function removeEmptyEntry(entry: EntryPlace): Promise<void> {
  const names = await readdir(entry.folder).catch(() => []);
  if (names.length === 1 && names[0] === 'contested') await rm(entry.contested, { force: true });
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
