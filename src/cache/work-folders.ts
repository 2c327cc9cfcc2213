import { readdirSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import { patiently } from '../support/patiently.js';
import type { AttemptParts } from './attempt-parts.js';
import { isContested } from './contested.js';
import type { WorkFolders } from './entry.js';
import { cacheFailure } from './failure.js';
import {
  attemptNumberOf,
  attemptOfAsset,
  attemptPlace,
  childOf,
  type AttemptPlace,
  type EntryPlace,
} from './layout.js';
import type { Takeover } from './lock-messages.js';
import { makeFolder } from '../support/make-folder.js';
import { readRareMarker, type Marker } from './marker.js';
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

/** `shared`: others may be at work in the entry, so nothing but `place` may be touched. */
export type PreparedFolders = Pick<AttemptParts, 'place' | 'shared'>;

/**
 * The place of a new attempt, found and cleared under the lock, with the folder of its asset.
 *
 * - Nobody was there, or whoever was has tidied up: the downloads are taken over.
 * - The holder was killed: what is left is cleared away, but the new folders have other names, because its child
 *   processes may live on and still write to the paths they were given.
 * - The holder may be alive: nothing of it is touched, now or later, and the attempt has a folder of its own.
 */
export async function prepareFolders(preparation: Preparation): Promise<PreparedFolders> {
  const { entry, takeover } = preparation;
  makeFolder(entry.folder);
  const names = await patiently(() => readdirSync(entry.folder));
  // After the names: whoever has taken our lock since then has made its folders after them, and said so before.
  const shared = preparation.handsOff || takeover === 'uncertain' || isContested(entry);
  const number = lowestNumber(names, readRareMarker(entry.marker), { shared, takeover });
  // Before anything goes: a kill in between must not lose what tells which numbers are used up.
  const place = await claimPlace(entry, number);
  if (!shared) await clearAway(preparation, names, place);
  makeFolder(place.asset);
  return { place, shared };
}

/** The folders of a prepared attempt; all but the asset's are made when they are first asked for. */
export class FoldersOnDemand implements WorkFolders {
  readonly #made = new Set<string>();

  constructor(private readonly place: AttemptPlace) {}

  get asset(): string {
    return this.place.asset;
  }

  get fetch(): string {
    return this.#make(this.place.fetch);
  }

  get stage(): string {
    return this.#make(this.place.stage);
  }

  get tmp(): string {
    return this.#make(this.place.tmp);
  }

  #make(folder: string): string {
    if (this.#made.has(folder)) return folder;
    try {
      makeFolder(folder);
    } catch (error) {
      throw cacheFailure('make the folders of an entry', folder, error);
    }
    this.#made.add(folder);
    return folder;
  }
}

/**
 * 0, which is the entry itself, where it is certain that nobody writes there: not to a holder that was stopped before
 * it made its folders, not after a kill, whoever has cleared away since, and not below a marker that would vouch for
 * the new, empty asset. Else one more than any number that was used.
 */
function lowestNumber(
  names: readonly string[],
  marker: Marker | undefined,
  { shared, takeover }: { readonly shared: boolean; readonly takeover: Takeover },
): number {
  const vouchedFor = marker && attemptOfAsset(marker.asset);
  const used = [...names.map(attemptNumberOf), vouchedFor].filter((number) => number !== undefined);
  const unused = Math.max(-1, ...used) + 1;
  if (shared) return Math.max(1, unused);
  const isTidy =
    vouchedFor === undefined && names.every((name) => name === 'fetch' || attemptNumberOf(name) === undefined);
  return takeover === 'none' && isTidy ? 0 : unused;
}

const MOST_MISSES = 10;

/** The first folder from `number` on that nobody else has made: of two that make one, one is refused. */
async function claimPlace(entry: EntryPlace, number: number): Promise<AttemptPlace> {
  for (let candidate = number, misses = 0; ;) {
    const place = attemptPlace(entry, candidate);
    if (candidate === 0) return place;
    try {
      await mkdir(place.base);
      return place;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) candidate += 1;
      else if (hasCode(error, 'ENOENT') && misses < MOST_MISSES) misses += 1;
      else throw error;
    }
    makeFolder(entry.folder);
  }
}

async function clearAway(
  { entry, keepFetch, trash }: Preparation,
  names: readonly string[],
  place: AttemptPlace,
): Promise<void> {
  const kept = keepFetch ? await downloadsOf(entry, names) : undefined;
  if (kept !== undefined && kept !== place.fetch) await rename(kept, place.fetch);
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
    return (await patiently(() => readdirSync(folder))).length > 0;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
