export type { Cache, CacheOptions, CacheSize } from './cache.js';
export { leaseAssets, leaseNames, type AssetLease } from './asset-lease.js';
export { canonicalJson } from './canonical-json.js';
export { compareAsset } from './compare-asset.js';
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
export { EntryMemory } from './entry-memory.js';
export { examineCache, type CacheExamination } from './examine-cache.js';
export { parseFingerprint } from './fingerprint.js';
export { derivationKey } from './key.js';
export { fingerprintOf } from './layout.js';
export type { ListedCacheEntry } from './list.js';
export { parseMarker, type Marker } from './marker.js';
export { markerOf } from './marker-of.js';
export { cacheFailure } from './failure.js';
export type { BuildRecord } from './miss/build-record.js';
export type { MissExplanation } from './miss/explain-miss.js';
export type { MissSubject, SourceFile } from './miss/miss-subject.js';
export { openCache } from './open.js';
export { dropEndedLeases, hasRemains } from './remains.js';
export { isNameOfDead, ownName } from './own-name.js';
export type { FingerprintLine } from './seal.js';
export type { Staging } from './staging.js';
export type { CacheVerification, Damage, EntryCheck, VerifyOptions } from './verification.js';
export { useAgain } from './use-again.js';
