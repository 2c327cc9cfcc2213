import { namesIn } from '../support/names-in.js';
import { mayHaveSilentHolder } from './contested.js';
import { abandonWork } from './clear-after-kills.js';
import type { EntryId } from './entry.js';
import type { EvictionParts } from './evict.js';
import { claimsToBeComplete } from './inspect-entry.js';
import { attemptNumberOf, childOf, type EntryPlace } from './layout.js';

/**
 * Removes what a killed attempt at a package left that keeps nothing in the cache, downloads too. Nothing when somebody
 * is at work on it, or has an entry of the same name.
 */
export async function dropWorkspace(parts: EvictionParts, id: EntryId): Promise<void> {
  const { layout, locks, now } = parts;
  const [place] = layout.places(id);
  if (!holdsWork(place)) return;
  await using lock = await locks.tryLock(layout.lockName(id));
  if (!lock || claimsToBeComplete(place) || (await mayHaveSilentHolder(place.contested, now))) return;
  await abandonWork(parts, { place, lock, keepFetch: false });
}

/** Empty folders of attempts stay: they tell which numbers are used up. */
function holdsWork(place: EntryPlace): boolean {
  return namesIn(place.folder).some(
    (name) => attemptNumberOf(name) === undefined || name === 'fetch' || namesIn(childOf(place, name)).length > 0,
  );
}
