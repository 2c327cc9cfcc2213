export { compareLockFiles, describeLockChange, type LockChange } from './compare.js';
export { downloadKey, type LockedDownload, type LockedPackage, type LockedRecipe, type LockFile } from './lock-file.js';
export { lockFileOf, readLockFile, relockManifest, writeLockFile } from './lock-file-store.js';
