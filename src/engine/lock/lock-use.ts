import type { FettleError } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import type { LockFile, Manifest } from '../../manifest/index.js';

/**
 * What a run does with the lock file. `update`: uses it, and completes it. `locked`: refuses to begin when that would
 * change it. `frozen`: uses it as it is, and asks nobody what it does not say.
 */
export type LockMode = 'update' | 'locked' | 'frozen';

/** The lock file of a project, as a run gets it. */
export interface LockUse {
  /** Where it is, for messages. */
  readonly file: string;
  readonly mode: LockMode;
  readonly previous: LockFile | undefined;
  /** SHA-256 (hex) of the manifest's bytes. */
  readonly manifestDigest: string;
  /** The packages are all that the manifest names. Else what is known of others is kept. */
  readonly isWhole: boolean;
  /** Whether the run is to make the lock file that there should be after it. */
  readonly isCompleted: boolean;
  /** What is locked of these packages (by id) is found out anew. */
  renews(id: string): boolean;
  /** The manifest as another platform sees it; the caller closes its state. */
  manifestFor(host: Host): Manifest;
}

/** The lock file after a run. */
export interface LockResult {
  readonly lock: LockFile;
  /** What it does not say yet, and why; a sentence each. */
  readonly gaps: readonly string[];
  /** What is not to be locked: too young, or not what it must be. Each is a gap too. */
  readonly refusals: readonly FettleError[];
}
