import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import { attemptNumberOf, attemptPlace, childOf, type AttemptPlace, type EntryPlace } from './layout.js';
import type { Takeover } from './lock-messages.js';
import type { Trash } from './trash.js';

export interface Preparation {
  readonly entry: EntryPlace;
  readonly takeover: Takeover;
  /** Whether downloads of an earlier attempt are used again. */
  readonly keepFetch: boolean;
  /** The entry has a marker that must stay: only folders of our own are touched. */
  readonly handsOff: boolean;
  readonly trash: Trash;
}

/**
 * The four folders of a new attempt, made under the lock.
 *
 * - Nobody was there, or whoever was has ended: what is left is cleared away, the downloads are taken over.
 * - The holder was killed: the same, but in folders with other names, because its child processes may live on and
 *   still write to the paths they were given.
 * - The holder may be alive: nothing of it is touched, now or later, and the attempt has a folder of its own.
 */
export async function prepareFolders(preparation: Preparation): Promise<AttemptPlace> {
  const { entry, takeover } = preparation;
  await makeFolder(entry.folder);
  if (takeover === 'uncertain') await writeFile(entry.contested, '');
  const names = await readdir(entry.folder);
  const shared = preparation.handsOff || names.includes('contested');
  const place = attemptPlace(entry, shared || takeover !== 'none' ? unusedNumber(names) : 0);
  if (!shared) await clearAway(preparation, names, place);
  for (const folder of [place.asset, place.fetch, place.stage, place.tmp]) await makeFolder(folder);
  return place;
}

/** 0 when no attempt has left anything, else one more than any of them had. */
function unusedNumber(names: readonly string[]): number {
  const numbers = names.map(attemptNumberOf).filter((number) => number !== undefined);
  return numbers.length === 0 ? 0 : Math.max(...numbers) + 1;
}

async function clearAway(
  { entry, keepFetch, trash }: Preparation,
  names: readonly string[],
  place: AttemptPlace,
): Promise<void> {
  const kept = keepFetch ? await downloadsOf(entry, names) : undefined;
  if (kept !== undefined && kept !== place.fetch) {
    await makeFolder(place.base);
    await rename(kept, place.fetch);
  }
  for (const name of names) {
    const path = childOf(entry, name);
    // A marker is never taken for a left-over: whoever made it may have made it just now.
    if (path === entry.marker || path === place.base || (path === place.fetch && kept !== undefined)) continue;
    await trash.discard(path);
  }
}

/** The first fetch folder of an earlier attempt that has something in it. */
async function downloadsOf(entry: EntryPlace, names: readonly string[]): Promise<string | undefined> {
  const numbers = new Set(names.map(attemptNumberOf).filter((number) => number !== undefined));
  for (const number of numbers) {
    const { fetch } = attemptPlace(entry, number);
    if (await holdsSomething(fetch)) return fetch;
  }
  return undefined;
}

export async function holdsSomething(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Another process may remove an empty parent between two steps; then the whole way is made again. */
async function makeFolder(path: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await mkdir(path, { recursive: true });
      return;
    } catch (error) {
      if (tries === 10 || !hasCode(error, 'ENOENT')) throw error;
    }
  }
}
