export { ARCHIVE_FORMATS, type ArchiveFormat } from './archive.js';
export { detectArchive } from './detect-archive.js';
export { extractArchive } from './extract-archive.js';
export type { ExtractRequest, ExtractResult, ExtractSettings } from './extract-request.js';
export { DEFAULT_LIMITS, type ExtractLimits } from './limits.js';
export { createExtractPool, type ExtractPool, type ExtractPoolOptions } from './pool/extract-pool.js';
