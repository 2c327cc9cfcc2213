import type { Emit, Phase } from '../events/index.js';
import type { BuildOrigin, Integrity } from '../fetch/index.js';

/** Which cache entry: the identity's folder and the variant inside it. */
export interface EntryId {
  readonly identity: string;
  /** Full derivation key, 64 hex digits. */
  readonly key: string;
  /** `<platform>-<arch>`, e.g. `linux-x86_64`. */
  readonly platformArch: string;
}

/** One thing that was fetched for an entry. */
export interface Origin {
  /** The source as written, without credentials. */
  readonly url: string;
  /** SHA-256 of a file or folder, the commit of a clone; null where nobody knows. */
  readonly digest: string | null;
  /** git: what was asked for. */
  readonly ref?: string;
  /** The package URL with the exact version, where a range was asked for. */
  readonly resolved?: string;
  /** What the recipe itself demanded of it. */
  readonly integrity?: Integrity;
  /** Its name in fetch_dir, and its bytes. */
  readonly file?: string;
  readonly bytes?: number;
  /** Who built it out of what, where its registry told, and a certificate that was verified then said so. */
  readonly build?: BuildOrigin;
}

/** What a build tells the marker when it commits. */
export interface CommitRecord {
  /** The canonical inputs of the key, so that a later miss can be explained. */
  readonly keyInputs: unknown;
  /** Milliseconds each phase took. */
  readonly durations: Readonly<Partial<Record<Phase, number>>>;
  /** Where the files came from. */
  readonly origin: readonly Origin[];
}

/** A complete entry; its asset folder is read-only. */
export interface CompleteEntry {
  readonly id: EntryId;
  readonly assetDir: string;
  readonly bytes: number;
  readonly files: number;
  readonly durations: Readonly<Partial<Record<Phase, number>>>;
  readonly origin: CommitRecord['origin'];
  readonly completedAt: number;
}

export interface WorkFolders {
  /** install_dir: the path at which the asset lives for good. */
  readonly asset: string;
  /** fetch_dir, named `fetch`, sibling of the others; survives a failed attempt. */
  readonly fetch: string;
  readonly stage: string;
  readonly tmp: string;
}

/** The right to build one entry, held until disposed. Asset, stage and tmp are empty. */
export interface Attempt extends AsyncDisposable {
  readonly id: EntryId;
  /** For whoever may put something there: each is made at the latest when it is read here. */
  readonly folders: WorkFolders;
  /** For those who only look, or speak of them: all but the asset's may not be there. */
  readonly paths: WorkFolders;
  /** Says in the owner record what the holder is doing, for those who wait. */
  setPhase(phase: Phase): void;
  /**
   * Spares the commit the hashing of files that are still as they were when this was noted.
   * @param notes of `DigestNotes`, of files that now lie in the asset folder, or will be moved there
   */
  knowDigests(notes: Uint8Array): void;
  /**
   * Makes the asset folder complete: fsync files, folders, marker; creates the marker exclusively; removes stage, tmp
   * and fetch; makes the asset read-only. If another attempt won meanwhile, this one's folders go and the winner's
   * entry is returned (event commit:lost).
   * @throws FettleError E_CACHE, E_DISK_FULL
   */
  commit(record: CommitRecord): Promise<CompleteEntry>;
  /**
   * Ends without an entry: asset, stage and tmp go, and so does the entry's folder when fetch/ holds nothing.
   * `keepFetch: false` removes the downloads too (user-managed packages: the whole entry is purged).
   * Disposing without commit or abandon is `abandon({ keepFetch: true })`.
   */
  abandon(options: { readonly keepFetch: boolean }): Promise<void>;
}

export interface AcquireOptions {
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly logFile: string;
  readonly lockTimeoutMs?: number;
}

export type Acquired =
  | { readonly kind: 'complete'; readonly entry: CompleteEntry }
  | { readonly kind: 'attempt'; readonly attempt: Attempt };
