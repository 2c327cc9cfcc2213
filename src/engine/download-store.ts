import type { Cache } from '../cache/index.js';
import type { DownloadStoreOptions } from '../fetch/index.js';

/** The cache's own folder for downloads, under the cache's own locks. */
export function downloadStore(cache: Cache, lockTimeoutMs: number | undefined): DownloadStoreOptions {
  return {
    folder: cache.downloads,
    lock: (name, way) => cache.lock(name, { ...way, ...(lockTimeoutMs !== undefined && { lockTimeoutMs }) }),
  };
}
