export type { Cache, CacheOptions, CacheSize } from './cache.js';
export { leaseAssets, type AssetLease } from './asset-lease.js';
export { canonicalJson } from './canonical-json.js';
export type { CollectedItem, Collection, CollectOptions } from './collection.js';
export { defaultCacheRoot } from './default-root.js';
export type {
  AcquireOptions,
  Acquired,
  Attempt,
  CommitRecord,
  CompleteEntry,
  EntryId,
  Origin,
  WorkFolders,
} from './entry.js';
export { derivationKey } from './key.js';
export type { ListedCacheEntry } from './list.js';
export { markerOf } from './marker-of.js';
export { cacheFailure } from './failure.js';
export { openCache } from './open.js';
export { hasRemains } from './remains.js';
export { isNameOfDead, ownName } from './own-name.js';
export type { CacheVerification, Damage, EntryCheck, VerifyOptions } from './verification.js';
