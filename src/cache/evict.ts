import { randomBytes } from 'node:crypto';
import { link, rename, unlink } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import { mayHaveSilentHolder } from './contested.js';
import type { Durability } from './durable-file.js';
import { temporaryMarker, type Layout, type ListedEntry } from './layout.js';
import { leasedNames } from './lease-listing.js';
import { recordEviction } from './miss/build-record.js';
import { removeEmptyEntry } from './leave-entry.js';
import type { LockClient } from './lock-client.js';
import type { Trash } from './trash.js';

export interface EvictionParts {
  readonly layout: Layout;
  readonly trash: Trash;
  readonly locks: LockClient;
  readonly durability: Durability;
  readonly pid: number;
  readonly now: () => number;
}

/**
 * Removes an entry unless a process builds or uses it, or may do so unseen since it lost its lock.
 *
 * A process that uses an entry first writes its lease and then looks for the marker. This does it the other way round:
 * hide the marker, then look for leases. So either the process finds no marker, or its lease is found here, and the
 * marker is put back; the asset has not moved meanwhile.
 * @param isStillWanted asked under the lock; true keeps the entry
 * @returns false when it was kept
 */
export async function evictEntry(
  { layout, trash, locks, durability, pid, now }: EvictionParts,
  { place, lockName }: ListedEntry,
  isStillWanted: () => boolean = () => false,
): Promise<boolean> {
  const isLeased = async (): Promise<boolean> => (await leasedNames(layout, pid)).has(lockName);
  if (await isLeased()) return false;
  await using lock = await locks.tryLock(lockName);
  if (!lock || isStillWanted() || (await mayHaveSilentHolder(place.contested, now))) return false;
  const hidden = temporaryMarker(place, randomBytes(8).toString('hex'));
  const wasThere = await renameIfThere(place.marker, hidden);
  if (await isLeased()) {
    if (wasThere) await putBack(hidden, place.marker);
    return false;
  }
  await trash.discard(place.folder, durability);
  await removeEmptyEntry(place);
  if (wasThere) await recordEviction(layout, place, now());
  return true;
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Without replacing one that an attempt which lost its lock has made meanwhile. */
async function putBack(hidden: string, marker: string): Promise<void> {
  try {
    await link(hidden, marker);
    await unlink(hidden);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) return rename(hidden, marker);
    await unlink(hidden);
  }
}
