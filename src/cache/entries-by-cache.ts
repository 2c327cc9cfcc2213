import { Layout, ownerOfAsset, type ListedEntry } from './layout.js';

/** The entries of assets by their folders, which may lie in several caches; paths that are no such folders are passed over. */
export function entriesByCache(assetDirs: readonly string[]): ReadonlyMap<Layout, readonly ListedEntry[]> {
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
