export {
  addEntry,
  changeEntry,
  removeEntries,
  writeEntry,
  writtenIdentities,
  type EntryChange,
  type ManifestText,
  type PackageEntry,
} from './edit/index.js';
export { parseIdentity, type Identity } from './identity.js';
export { emptyManifest, loadManifest, loadManifestText, type LuaHost } from './load-manifest.js';
export { LuaFields, describeValue, readArray, readString } from './lua-fields.js';
export type { DefaultShell, Manifest } from './manifest.js';
export { misspeltGlobals } from './misspelt-globals.js';
export { NO_OPTIONS, parseOption, type OptionValue, type Options } from './options.js';
export { canonicalOptions, packageId } from './package-id.js';
export { parseRequest } from './parse-request.js';
export { parseShell } from './parse-shell.js';
export { Place } from './place.js';
export { parsePlatforms, platformMatches } from './platforms.js';
export type { DeclaredIn } from './declared-in.js';
export type { NeededBy, PackageRequest, PlatformFilter } from './request.js';
export { isSameManifest } from './same-manifest.js';
export { uniqueRequests } from './source-conflict.js';
export { isInside } from './subdirectory.js';
export { plainRequest } from './plain-request.js';
export {
  compareLockFiles,
  describeLockChange,
  downloadKey,
  lockFileOf,
  readLockFile,
  relockManifest,
  writeLockFile,
  type LockChange,
  type LockedDownload,
  type LockedPackage,
  type LockedRecipe,
  type LockFile,
} from './lock-file/index.js';
