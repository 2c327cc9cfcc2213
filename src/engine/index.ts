export type { DeployChanges } from './deploy-changes.js';
export { Engine, type EngineOptions, type RunRequest } from './engine.js';
export type { JobserverMode } from './jobserver/index.js';
export { assertLockUnchanged, lockedPlatforms, type LockMode, type LockResult, type LockUse } from './lock/index.js';
export type { FoundPackage } from './find-packages.js';
export type { PackageOutcome, RunReport } from './outcome.js';
export type { RunInputs } from './run-inputs.js';
export type { PreviousDeployment } from './run.js';
export type { Fetched } from './locking/index.js';
export type {
  DeclarationPlace,
  ExplainedPackages,
  PackageState,
  SurveyedDependency,
  SurveyedPackage,
} from './survey/index.js';
