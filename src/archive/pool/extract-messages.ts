import type { ErrorReport } from '../../errors/index.js';
import type { ArchiveFormat } from '../archive.js';
import type { Unpacked, UnpackRequest } from '../unpack.js';

/** What a thread is asked, one at a time. */
export interface UnpackCommand {
  readonly format: ArchiveFormat;
  readonly request: Omit<UnpackRequest, 'signal' | 'progress'>;
}

/** What a thread answers: any number of the first, then one of the others. */
export type UnpackReply =
  | { readonly kind: 'progress'; readonly files: number; readonly bytes: number }
  | { readonly kind: 'done'; readonly unpacked: Unpacked }
  | { readonly kind: 'failed'; readonly failure: ErrorReport };
