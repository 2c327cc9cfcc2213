import type { CollectedItem, Collection, CollectOptions } from './collection.js';
import type { EvictionParts } from './evict.js';
import type { Evictable } from './evictable.js';
import { evictableEntries } from './evictable-entries.js';
import { evictableShared, trashed } from './evictable-shared.js';
import { forgetSilentHolders } from './contested.js';
import { removeDeadProbes } from './examine-mount.js';
import { onCacheFiles } from './failure.js';
import { leasedNames } from './lease-listing.js';
import { leftOvers } from './left-overs.js';
import { tidyLocks } from './lock-listing.js';
import { removeDeadStagings } from './staging.js';
import { diskUsage } from './tree.js';

/** How long recipes, downloads, logs and what is in quarantine stay unless something else is asked for. */
const KEEP_SHARED_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Removes what killed processes left and what is older than it may be; then, down to a size, whatever was used least
 * recently. Never touches what a running process builds or uses.
 */
export async function collectGarbage(parts: EvictionParts, options: CollectOptions): Promise<Collection> {
  const { layout, trash } = parts;
  return onCacheFiles('collect what is not needed in the cache', layout.root, async () => {
    const now = parts.now();
    if (options.dryRun !== true) await tidy(parts);
    const sweep = new Sweep(await diskUsage(layout.root), options);
    for (const item of [...(await trashed(parts)), ...(await leftOvers(parts))]) await sweep.remove(item);
    const items = [...(await evictableEntries(parts)), ...(await evictableShared(parts))];
    items.sort((left, right) => left.lastUsed - right.lastUsed);
    for (const item of items) {
      if (isTooOld(item, now, options) || sweep.isTooLarge) await sweep.remove(item);
    }
    if (options.dryRun !== true) trash.sweep();
    await trash.settled();
    return sweep.result;
  });
}

async function tidy(parts: EvictionParts): Promise<void> {
  const { layout, pid } = parts;
  await tidyLocks(layout, pid);
  await forgetSilentHolders(parts);
  await removeDeadProbes(layout, pid);
  await removeDeadStagings(layout, pid);
  // Reading the leases removes those of the dead.
  await leasedNames(layout, pid);
}

function isTooOld(item: Evictable, now: number, { olderThanMs }: CollectOptions): boolean {
  const limit = olderThanMs ?? (item.kind === 'entry' ? Infinity : KEEP_SHARED_MS);
  return now - item.lastUsed > limit;
}

/** Keeps count while things go. */
class Sweep {
  readonly #removed: CollectedItem[] = [];
  readonly #kept: CollectedItem[] = [];
  #bytesFreed = 0;

  constructor(
    private readonly bytesBefore: number,
    private readonly options: CollectOptions,
  ) {}

  get isTooLarge(): boolean {
    return this.bytesBefore - this.#bytesFreed > (this.options.maxBytes ?? Infinity);
  }

  async remove(item: Evictable): Promise<void> {
    this.options.signal?.throwIfAborted();
    const { kind, name, bytes, lastUsed } = item;
    const isGone = this.options.dryRun === true ? !(await item.isInUse()) : await item.remove();
    (isGone ? this.#removed : this.#kept).push({ kind, name, bytes, lastUsed });
    if (isGone) this.#bytesFreed += bytes;
  }

  get result(): Collection {
    const bytesLeft = Math.max(0, this.bytesBefore - this.#bytesFreed);
    return { removed: this.#removed, kept: this.#kept, bytesFreed: this.#bytesFreed, bytesLeft };
  }
}
