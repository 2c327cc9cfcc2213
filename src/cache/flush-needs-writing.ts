/** Windows flushes only what is open for writing. */
export const FLUSH_NEEDS_WRITING = process.platform === 'win32';
