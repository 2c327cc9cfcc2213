export { composeEnvironment, environmentFor, type ComposedEnvironment, type VariableConflict } from './compose.js';
export { findManifest, requireManifest } from './find-manifest.js';
export { findCommand } from './find-command.js';
export { ENVIRONMENT_FORMATS, formatEnvironment, type EnvironmentFormat } from './format.js';
export { githubEnvironment, type GithubEnvironment } from './github.js';
export { digestManifest, manifestChanged, readEnvironment, writeEnvironment } from './record-file.js';
export type { DeployChanges, EnvironmentRecord, PackageRecord } from './record.js';
export { projectLayout } from './layout.js';
export { isFresh, readStamp, removeStamp, writeStamp, type SyncStamp } from './sync-stamp.js';
