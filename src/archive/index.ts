export { ARCHIVE_FORMATS, type ArchiveFormat } from './archive.js';
export { detectArchive } from './detect-archive.js';
export { extractArchive } from './extract-archive.js';
export type { ExtractRequest, ExtractResult, ExtractSettings } from './extract-request.js';
export { DEFAULT_LIMITS, type ExtractLimits } from './limits.js';
export type { UnpackCommand, UnpackProgress } from './pool/extract-messages.js';
export {
  createExtractPool,
  type ExtractPool,
  type ExtractPoolOptions,
  type UnpackThreads,
} from './pool/extract-pool.js';
export { unpackInThread } from './pool/unpack-in-thread.js';
export type { Unpacked } from './unpack.js';
