import type { Host } from '../host/index.js';
import { recordUse } from './last-use.js';
import { Layout, ownerOfAsset, type ListedEntry } from './layout.js';
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

function entriesByCache(assetDirs: readonly string[]): ReadonlyMap<Layout, readonly ListedEntry[]> {
  const layouts = new Map<string, Layout>();
  const entries = new Map<Layout, ListedEntry[]>();
  for (const assetDir of assetDirs) {
    const owner = ownerOfAsset(assetDir);
    if (!owner) continue;
    const layout = layouts.get(owner.root) ?? new Layout(owner.root);
    layouts.set(owner.root, layout);
    const found = entries.get(layout) ?? [];
    found.push(layout.listedEntry(owner.identity, owner.variant));
    entries.set(layout, found);
  }
  return entries;
}
