import type { Emit } from '../events/index.js';
import type { Integrity } from './integrity.js';

/** Where one thing is to arrive, and what is known of it. */
export interface Arrival {
  /** Exists. */
  readonly directory: string;
  readonly fileName: string;
  readonly expected: Integrity | undefined;
  /** Where it comes from, without credentials. */
  readonly url: string;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** The directory is for this download alone: when it fails, what has come stays there for a later run. */
  readonly isKept?: boolean;
  /** Nothing will write to the file: it may share its bytes with the store. */
  readonly isShared?: boolean;
}

export interface Arrived {
  readonly bytes: number;
  /** SHA-256 (hex) of a file, `digestPath` of a folder, commit id of a clone. */
  readonly digest: string;
  /** Nothing had to be downloaded. */
  readonly isReused?: boolean;
}
