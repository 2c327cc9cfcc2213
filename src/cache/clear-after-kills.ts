import { rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { mayHaveSilentHolder } from './contested.js';
import { listEntriesOf } from './entry-listing.js';
import type { EvictionParts } from './evict.js';
import type { HeldLock } from './held-lock.js';
import { claimsToBeComplete } from './inspect-entry.js';
import { identityOfLock, lockPaths, type EntryPlace, type ListedEntry } from './layout.js';
import { leasedNames } from './lease-listing.js';
import { leaveEntry } from './leave-entry.js';
import { surplusOf } from './left-overs.js';
import { identifyProcess } from './process-identity.js';
import { findRemains } from './remains.js';
import { prepareFolders } from './work-folders.js';

/**
 * Removes what killed processes left, wherever their kill came; nothing of a process that is not certainly dead. Each
 * run ends with this, also one that found everything complete. It never fails: whoever comes next tries again.
 */
export async function clearAfterKills(parts: EvictionParts): Promise<void> {
  const { layout, pid, trash } = parts;
  const { paths, emptyLocks, locks } = findRemains(layout, identifyProcess(pid));
  trash.sweepAbandoned();
  for (const path of paths) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  for (const name of emptyLocks) removeEmptyFolder(lockPaths(layout.locks, name).folder);
  for (const name of locks) await settleLock(parts, name).catch(() => undefined);
}

/** Fails when somebody has taken the lock a moment ago: then it is no longer empty. */
function removeEmptyFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is in use again, or somebody else was faster.
  }
}

/** Does under the lock what its dead holder would have done before it released it. */
async function settleLock(parts: EvictionParts, name: string): Promise<void> {
  const { layout, locks, now } = parts;
  await using lock = await locks.tryLock(name);
  if (!lock || (await mayHaveSilentHolder(lockPaths(layout.locks, name).contested, now))) return;
  for (const entry of await listEntriesOf(layout, identityOfLock(name))) {
    if (entry.lockName === name) await settleEntry(parts, entry, lock);
  }
}

async function settleEntry(parts: EvictionParts, entry: ListedEntry, lock: HeldLock): Promise<void> {
  const { layout, trash, pid } = parts;
  if (claimsToBeComplete(entry.place)) {
    for (const path of await surplusOf(entry.place)) await trash.discard(path);
    return;
  }
  // An evictor that was killed may have hidden the marker of an entry that is in use.
  if ((await leasedNames(layout, pid)).has(entry.lockName)) return;
  await abandonWork(parts, { place: entry.place, lock, keepFetch: true });
}

interface AbandonedWork {
  readonly place: EntryPlace;
  readonly lock: HeldLock;
  /** Whether downloads stay, for whoever tries next. */
  readonly keepFetch: boolean;
}

/** As an attempt that takes the folders over and gives up at once: the numbers stay that are used up. */
export async function abandonWork({ trash }: EvictionParts, work: AbandonedWork): Promise<void> {
  const { place: entry, lock, keepFetch } = work;
  const { takeover } = lock;
  const prepared = await prepareFolders({ entry, takeover, keepFetch, handsOff: false, trash });
  await leaveEntry({ ...prepared, entry, lock, trash, ephemeral: false }, keepFetch);
}
