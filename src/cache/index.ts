export type { Cache, CacheOptions, CacheSize } from './cache.js';
export type { AcquireOptions, Acquired, Attempt, CommitRecord, CompleteEntry, EntryId, WorkFolders } from './entry.js';
// openCache(options: CacheOptions): Promise<Cache>     throws E_CACHE, E_CACHE_VERSION
// defaultCacheRoot(host): string
// derivationKey(inputs): string                        SHA-256 over canonicalJson(inputs)
// canonicalJson(value): string
