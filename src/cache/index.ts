export type { Cache, CacheOptions, CacheSize } from './cache.js';
export { canonicalJson } from './canonical-json.js';
export { defaultCacheRoot } from './default-root.js';
export type { AcquireOptions, Acquired, Attempt, CommitRecord, CompleteEntry, EntryId, WorkFolders } from './entry.js';
export { derivationKey } from './key.js';
export { openCache } from './open.js';
