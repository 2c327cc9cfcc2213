export { compressionOf } from './compression.js';
export { exportArchive, type Exported, type ExportedEntry, type ExportRequest } from './export-archive.js';
export { importArchive, type Imported, type ImportedEntry, type ImportRequest } from './import-archive.js';
export { wantedDownloads, type WantedDownload } from './wanted-downloads.js';
