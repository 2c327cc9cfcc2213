import type { Unflushed } from './unflushed.js';

/** One asset, and where its inventory goes. */
export interface SealCommand {
  readonly asset: string;
  readonly fingerprint: string;
  readonly fsync: boolean;
  /** What `DigestNotes` noted of the asset's files, the oldest first. */
  readonly notes: readonly Uint8Array[];
}

/** What the marker counts on. */
export interface SealedSums {
  /** Sum of the sizes of the files. */
  readonly bytes: number;
  readonly files: number;
}

/** An asset that is read-only and listed, and what of it must still be flushed. */
export interface SealedAsset extends SealedSums {
  readonly unflushed: Unflushed;
}

/** Threads that obey `sealInThread`, whatever else they do. */
export interface SealThreads {
  /** @throws what the system says of a file, FettleError E_FILE */
  seal(command: SealCommand): Promise<SealedSums>;
}
