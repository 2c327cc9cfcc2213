/** The engine as a library. It writes nothing but the cache and what recipes do; what happens is told by `events`. */
export {
  Engine,
  type EngineOptions,
  type LockResult,
  type LockUse,
  type PackageOutcome,
  type RunReport,
  type RunRequest,
} from './engine/index.js';
export { ERROR_CODES, FettleError, type ErrorCode, type ErrorReport } from './errors/index.js';
export { EventBus, type EngineEvent, type Subscriber } from './events/index.js';
export { detectHost, type Host } from './host/index.js';
export { emptyManifest, loadManifest, type Manifest, type PackageRequest } from './manifest/index.js';
export { findManifest } from './project/index.js';
