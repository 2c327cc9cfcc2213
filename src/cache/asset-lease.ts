import type { Host } from '../host/index.js';
import { entriesByCache } from './entries-by-cache.js';
import { recordUse } from './last-use.js';
import { Lease } from './lease.js';
import { dropEndedLeases } from './remains.js';

/** Keeps assets from being evicted until it is disposed of. */
export interface AssetLease extends Disposable {
  /** From now on the assets are kept as long as that process lives, even if this one is killed. */
  handOver(pid: number): void;
}

/**
 * Leases assets by their folders, which may lie in several caches, and counts them as used. Opens no cache and never
 * fails: folders that are in no cache are passed over.
 */
export function leaseAssets(assetDirs: readonly string[], host: Pick<Host, 'pid' | 'now'>): AssetLease {
  const now = host.now();
  const leases = [...entriesByCache(assetDirs)].map(([layout, entries]) => {
    dropEndedLeases(layout.root, host.pid);
    const lease = new Lease(layout, host.pid);
    lease.add(entries.map(({ lockName }) => lockName));
    for (const { place } of entries) recordUse(place, now);
    return lease;
  });
  return {
    handOver: (pid) => {
      for (const lease of leases) lease.handOver(pid);
    },
    [Symbol.dispose]: () => {
      for (const lease of leases) lease[Symbol.dispose]();
    },
  };
}

/** What a lease on assets names, by the root of the cache. */
export function leaseNames(assetDirs: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const entries = [...entriesByCache(assetDirs)];
  return new Map(entries.map(([{ root }, found]) => [root, found.map(({ lockName }) => lockName)]));
}
