import type { Emit } from '../events/index.js';
import type { ExtractLimits } from './limits.js';
import type { ExtractPool } from './pool/extract-pool.js';

/** How archives are extracted, the same for all of a run. */
export interface ExtractSettings {
  /** What is left out is as in DEFAULT_LIMITS. */
  readonly limits?: Partial<ExtractLimits>;
  /** Threads to work in. Without them the work is done in the thread of the caller. */
  readonly pool?: ExtractPool;
}

export interface ExtractRequest extends ExtractSettings {
  readonly archive: string;
  readonly destination: string;
  /** Leading path parts to drop. Beyond the depth of an entry, the entry is left out. */
  readonly strip: number;
  /**
   * Nobody will change what comes out before it is sealed: files are made read-only at once, and their digests told.
   * Default: false.
   */
  readonly isFinal?: boolean;
  readonly emit: Emit;
  readonly signal?: AbortSignal;
}

export interface ExtractResult {
  /** Regular files written (hard links count). */
  readonly files: number;
  /** Bytes of their contents. */
  readonly bytes: number;
  /** What `KnownDigests` takes; only where the request is final. */
  readonly digests?: Uint8Array;
}
