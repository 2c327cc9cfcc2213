// What reads, checks and writes lock files, and whose parser is for those that others have edited.
export { parse as parseToml } from 'smol-toml';
export { compareLockFiles } from '../../src/manifest/lock-file/compare.js';
export { parseLockFile } from '../../src/manifest/lock-file/parse-lock-file.js';
export { serializeLockFile } from '../../src/manifest/lock-file/serialize.js';
