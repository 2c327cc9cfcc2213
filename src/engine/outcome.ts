import type { ErrorReport, FettleError } from '../errors/index.js';
import type { MissReason, PackageStatus } from '../events/index.js';
import type { Options } from '../manifest/index.js';
import type { LockResult } from './lock/index.js';
import type { RunInputs } from './run-inputs.js';
import type { DeployChanges } from './deploy-changes.js';

/** How one package ended. */
export interface PackageOutcome {
  readonly id: string;
  readonly identity: string;
  readonly options: Options;
  /** Of the tool: what the recipe says, or its option of that name; absent where neither does, or no recipe was read. */
  readonly version?: string;
  /** The derivation key (64 hex digits); null when the package failed before it had one. */
  readonly key: string | null;
  readonly status: PackageStatus;
  /** The asset folder; null for packages that keep none. */
  readonly path: string | null;
  /** Product name → absolute path. */
  readonly products: Readonly<Record<string, string>>;
  /** Why it failed or was skipped, or what a status means; one line. */
  readonly reason: string | null;
  /** Why it was not in the cache and had to be made; empty for what was there, or never is. */
  readonly missReasons: readonly MissReason[];
  readonly durationMs: number;
  readonly error: ErrorReport | null;
  /** False for a failure and for what was skipped because of one. */
  readonly ok: boolean;
  /** The log of this run, when something was written. */
  readonly logFile: string | null;
  /** What deploy changed in the project's environment; null when it did not run. */
  readonly deployed: DeployChanges | null;
  /** Changes when the package or its asset does; null when it did not get that far. */
  readonly deployKey: string | null;
  /** Named by the manifest or the command, not only needed by others. */
  readonly requested: boolean;
}

/** How a run ended; packages in the manifest's order, then those they need. */
export interface RunReport {
  readonly packages: readonly PackageOutcome[];
  readonly durationMs: number;
  readonly ok: boolean;
  /** Set when the run as a whole was refused or interrupted. */
  readonly error: FettleError | null;
  /** What a run that ended well depended on; null when that cannot be compared later. */
  readonly inputs: RunInputs | null;
  /** The lock file as it is to be now; absent when the run had none to make, or could not. */
  readonly lock?: LockResult;
}
