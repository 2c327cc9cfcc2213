export { detectHost, type Arch, type Host, type Platform } from './host.js';
export { openFilesLimit, reportedOpenFilesLimit } from './open-files.js';
export { monotonicMs } from './monotonic.js';
export { processId } from './process-id.js';
