import type { ArchiveFormat } from '../archive.js';
import type { UnpackRequest } from '../unpack.js';

/** What a thread is asked. */
export interface UnpackCommand {
  readonly format: ArchiveFormat;
  readonly request: Omit<UnpackRequest, 'signal' | 'progress'>;
}

/** What it tells meanwhile: as `UnpackRequest.progress` says. */
export type UnpackProgress = readonly [files: number, bytes: number];
