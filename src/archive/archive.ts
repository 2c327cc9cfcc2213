import type { Emit } from '../events/index.js';

export type ArchiveFormat = 'tar' | 'tar.gz' | 'zip';

export interface ExtractRequest {
  readonly archive: string;
  readonly destination: string;
  /** Leading path parts to drop. Beyond the depth of an entry, the entry is left out. */
  readonly strip: number;
  readonly emit: Emit;
  readonly signal?: AbortSignal;
}

export interface ExtractResult {
  /** Regular files written (hard links count). */
  readonly files: number;
}
