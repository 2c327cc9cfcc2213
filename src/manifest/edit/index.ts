export { addEntry, changeEntry, removeEntries, type EntryChange, type ManifestText } from './edit-packages.js';
export { writeEntry, type PackageEntry } from './write-lua.js';
export { writtenIdentities } from './written-identities.js';
