// Parts of the cache that no command reaches alone.
export { FileSystemFlush } from '../../src/cache/file-system-flush.js';
export { flushAll } from '../../src/cache/flush-all.js';
export { LockClient } from '../../src/cache/lock-client.js';
export { sealTree } from '../../src/cache/seal.js';
