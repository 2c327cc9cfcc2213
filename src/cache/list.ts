import type { CommitRecord } from './entry.js';
import { listEntries } from './entry-listing.js';
import { onCacheFiles } from './failure.js';
import { lastUseOf } from './last-use.js';
import type { Layout, ListedEntry } from './layout.js';
import { readMarker, standingAsset } from './marker.js';

/** One complete entry as a user sees it. Times are milliseconds since the epoch. */
export interface ListedCacheEntry {
  readonly identity: string;
  /** Undefined when whoever made the entry did not record any. */
  readonly options: unknown;
  readonly platformArch: string;
  readonly key: string;
  /** Sum of the sizes of the files. */
  readonly bytes: number;
  readonly files: number;
  readonly completedAt: number;
  /** To within an hour. */
  readonly lastUsed: number;
  readonly origin: CommitRecord['origin'];
  /** The asset folder. */
  readonly path: string;
}

/** Every complete entry, the one used last first. */
export async function listCache(layout: Layout): Promise<readonly ListedCacheEntry[]> {
  return onCacheFiles('list the cache', layout.root, async () => {
    const listed = (await listEntries(layout)).flatMap(describeEntry);
    return listed.sort((left, right) => right.lastUsed - left.lastUsed);
  });
}

function describeEntry({ place }: ListedEntry): readonly ListedCacheEntry[] {
  const marker = readMarker(place.marker);
  const path = marker && standingAsset(place, marker);
  if (!marker || path === undefined) return [];
  const { identity, platformArch, key, bytes, files, completedAt, origin, keyInputs } = marker;
  const options = optionsOf(keyInputs);
  const lastUsed = lastUseOf(place, completedAt);
  return [{ identity, options, platformArch, key, bytes, files, completedAt, lastUsed, origin, path }];
}

function optionsOf(keyInputs: unknown): unknown {
  if (typeof keyInputs !== 'object' || keyInputs === null || !('options' in keyInputs)) return undefined;
  return keyInputs.options;
}
