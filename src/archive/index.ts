export type { ArchiveFormat, ExtractRequest, ExtractResult } from './archive.js';
// detectArchive(path): Promise<ArchiveFormat | undefined>   by content, then by name
// extractArchive(request: ExtractRequest): Promise<ExtractResult>
