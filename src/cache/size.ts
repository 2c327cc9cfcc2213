import type { CacheSize } from './cache.js';
import { listEntries } from './entry-listing.js';
import { onCacheFiles } from './failure.js';
import type { Layout } from './layout.js';
import { readMarker, standingAsset } from './marker.js';
import { diskUsage } from './tree.js';

/** Bytes on disk by what they are for; `entries` counts the complete ones. */
export async function measureCache(layout: Layout): Promise<CacheSize> {
  return onCacheFiles('measure the cache', layout.root, async () => {
    const [bytes, assets, recipes, downloads] = [
      await diskUsage(layout.root),
      await diskUsage(layout.assets),
      await diskUsage(layout.recipes),
      await diskUsage(layout.downloads),
    ];
    const other = Math.max(0, bytes - assets - recipes - downloads);
    return { bytes, assets, recipes, downloads, other, entries: await countEntries(layout) };
  });
}

async function countEntries(layout: Layout): Promise<number> {
  const entries = await listEntries(layout);
  return entries.filter(({ place }) => {
    const marker = readMarker(place.marker);
    return marker !== undefined && standingAsset(place, marker) !== undefined;
  }).length;
}
