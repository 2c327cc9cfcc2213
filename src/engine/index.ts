export type { DeployChanges } from './deploy-changes.js';
export { Engine, type EngineOptions, type RunRequest } from './engine.js';
export type { PackageOutcome, RunReport } from './outcome.js';
export type { RunInputs } from './run-inputs.js';
export type { PreviousDeployment } from './run.js';
