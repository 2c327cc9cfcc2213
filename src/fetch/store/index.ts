export { keepDownload, storedDownload } from './carried-download.js';
export type { DownloadStoreOptions } from './download-store.js';
export { SharedDownloads, type Download } from './shared-downloads.js';
