export type { ArchiveFormat, ExtractRequest, ExtractResult } from './archive.js';
export { detectArchive } from './detect-archive.js';
export { extractArchive } from './extract-archive.js';
