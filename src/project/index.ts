export { removeAnswers, renewAnswers, restateAnswers, writeAnswers, type PackageAnswers } from './answers/index.js';
export { matchTools, readToolFiles, type ToolMatch, type ToolRecipe } from './detect/index.js';
export {
  keepCopies,
  LINK_MODES,
  movedText,
  movedValues,
  planCopies,
  removeUnusedCopies,
  watchedCopies,
  type KeptCopies,
  type LinkMode,
  type Move,
  type PlannedCopies,
} from './copies/index.js';
export { editFile } from './edit-file.js';
export { activate, changesBetween, deactivate } from './activation.js';
export { composeEnvironment, environmentFor, type ComposedEnvironment, type VariableConflict } from './compose.js';
export { findManifest, requireManifest } from './find-manifest.js';
export { findCommand } from './find-command.js';
export {
  ENVIRONMENT_FORMATS,
  formatChanges,
  formatEnvironment,
  formatMemory,
  type EnvironmentFormat,
} from './format.js';
export { generationOf } from './generation.js';
export { githubEnvironment, type GithubEnvironment } from './github.js';
export { HOOK_SHELLS, hookCode, type HookShell } from './hook/index.js';
export { launcherNames } from './launchers/index.js';
export { publishDigest } from './publish-digest.js';
export { publishedFiles, publishEnvironment } from './publish.js';
export { digestManifest, environmentFileOf, manifestChanged, readEnvironment, recordText } from './record-file.js';
export { quoteFish, quotePosix, quotePowershell } from './quoting.js';
export type { DeployChanges, EnvironmentRecord, PackageRecord } from './record.js';
export { readMemoryFile, writeMemoryFile } from './memory-file.js';
export { SoleWriter } from './sole-writer.js';
export { lastRunLines, reportFileOf, RunRecord } from './run-records.js';
export {
  comparesProject,
  isLongAgo,
  readStamp,
  redatedFiles,
  removeStamp,
  type Redated,
  type SyncStamp,
} from './sync-stamp.js';
export { stateFolder } from './state-folder.js';
export { startUpOf, type StartUp } from './shell-start.js';
export { isTrusted } from './trust.js';
export { restamp, settledStates, writeStamp, type StampContent } from './write-stamp.js';
