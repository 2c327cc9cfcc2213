import { mayHaveSilentHolder } from './contested.js';
import { listEntries } from './entry-listing.js';
import { onCacheFiles } from './failure.js';
import { forEachBounded } from '../support/for-each-bounded.js';
import { claimsToBeComplete, inspectEntry, type Inspection } from './inspect-entry.js';
import type { Layout, ListedEntry } from './layout.js';
import { leasedNames } from './lease-listing.js';
import type { LockClient } from './lock-client.js';
import { isHeld } from './lock-listing.js';
import { readMarker } from './marker.js';
import { quarantineEntry } from './quarantine.js';
import type { CacheVerification, EntryCheck, VerifyOptions } from './verification.js';

export interface VerifyParts {
  readonly layout: Layout;
  readonly locks: LockClient;
  readonly pid: number;
  readonly now: () => number;
}

const ENTRIES_AT_ONCE = 2;

/**
 * Reads every file of every complete entry and compares it with what was recorded when the entry was completed. Takes
 * no lock for what is whole; what somebody builds or removes meanwhile is passed over.
 */
export async function verifyCache(parts: VerifyParts, options: VerifyOptions): Promise<CacheVerification> {
  return onCacheFiles('verify the cache', parts.layout.root, async () => {
    const listed = await listEntries(parts.layout);
    const entries: EntryCheck[] = [];
    let done = 0;
    await forEachBounded(listed, ENTRIES_AT_ONCE, async (entry) => {
      options.signal?.throwIfAborted();
      const check = await checkEntry(parts, entry, options);
      done += 1;
      if (!check) return;
      entries.push(check);
      options.onEntry?.(check, { done, total: listed.length });
    });
    entries.sort((left, right) => (left.entry < right.entry ? -1 : 1));
    return { entries, sound: entries.every(({ status }) => status === 'whole' || status === 'repaired') };
  });
}

/** Undefined for an entry that is not complete and does not claim to be. */
async function checkEntry(
  parts: VerifyParts,
  listed: ListedEntry,
  { repair = false, signal = new AbortController().signal }: VerifyOptions,
): Promise<EntryCheck | undefined> {
  const inspection = await inspectAtRest(parts, listed, signal);
  if (!inspection) return undefined;
  const { marker, damage } = inspection;
  const { folder } = listed.place;
  const facts = { entry: listed.name, path: folder, bytes: marker?.bytes ?? 0, files: marker?.files ?? 0, damage };
  if (damage.length === 0) return { ...facts, status: 'whole', quarantine: null };
  if (!repair) return { ...facts, status: 'broken', quarantine: null };
  return { ...facts, ...(await repairEntry(parts, listed, signal)) };
}

/** Damage only counts when nobody is at work there, and when the entry is the same one after the look. */
async function inspectAtRest(
  parts: VerifyParts,
  listed: ListedEntry,
  signal: AbortSignal,
): Promise<Inspection | undefined> {
  const { layout, pid } = parts;
  if (!claimsToBeComplete(listed.place)) return undefined;
  const inspection = await inspectEntry(layout, listed.place, signal);
  if (inspection.damage.length === 0) return inspection;
  if (isHeld(layout, listed.lockName, pid)) return undefined;
  const isSame = readMarker(listed.place.marker)?.completedAt === inspection.marker?.completedAt;
  return isSame && claimsToBeComplete(listed.place) ? inspection : inspectAtRest(parts, listed, signal);
}

/** Under the lock all is looked at once more: somebody may have built the entry anew meanwhile. */
async function repairEntry(
  { layout, locks, pid, now }: VerifyParts,
  { place, lockName }: ListedEntry,
  signal: AbortSignal,
): Promise<Pick<EntryCheck, 'status' | 'quarantine'>> {
  await using lock = await locks.tryLock(lockName);
  if (!lock || (await leasedNames(layout, pid)).has(lockName)) return { status: 'in-use', quarantine: null };
  if (await mayHaveSilentHolder(place.contested, now)) return { status: 'in-use', quarantine: null };
  if (!claimsToBeComplete(place)) return { status: 'repaired', quarantine: null };
  const { damage } = await inspectEntry(layout, place, signal);
  if (damage.length === 0) return { status: 'repaired', quarantine: null };
  return { status: 'repaired', quarantine: await quarantineEntry(layout, place) };
}
