import type { ExtractLimits } from './limits.js';

/** What each format's unpacker is asked. It runs in a worker thread, where it may block. */
export interface UnpackRequest {
  readonly archive: string;
  /** An empty folder that the unpacker has to itself. */
  readonly folder: string;
  readonly strip: number;
  readonly limits: ExtractLimits;
  /**
   * Nobody will change what comes out before it is sealed: files are made read-only at once, and their digests noted.
   */
  readonly isFinal: boolean;
  /** Only where the unpacker runs in the thread of its caller: a worker thread is ended instead. */
  readonly signal: AbortSignal | undefined;
  /** Files and bytes of contents written so far; may be called as often as one likes. */
  readonly progress: (files: number, bytes: number) => void;
}

export interface Unpacked {
  /** The folder (the request's or one inside it) whose content is what the archive holds. */
  readonly root: string;
  /** Regular files written (hard links count); a name that came twice counts once. */
  readonly files: number;
  /** Bytes of their contents; a hard link adds nothing. */
  readonly bytes: number;
  /** Of the files written, as DigestNotes has them; undefined unless the request is final. */
  readonly digests: Uint8Array | undefined;
}
