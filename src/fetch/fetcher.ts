import type { Emit } from '../events/index.js';
import type { Integrity } from './integrity.js';
import type { BuildOrigin } from './registry/index.js';
import type { Source } from './source.js';

export interface FetchRequest {
  readonly source: Source;
  readonly integrity?: Integrity;
  /** git: branch, tag or commit. */
  readonly ref?: string;
  /** git: check out the submodules too. Default false. */
  readonly submodules?: boolean;
  /** Whose files a registry is to choose, as `linux-x86_64`. Default: this machine's. */
  readonly platform?: string;
  /** ISO 8601: of a range, take the newest version that was published by then, where the registry tells dates. */
  readonly publishedBefore?: string;
  /** Of a registry, refuse what it announces proofs for that cannot be checked now. Default: a warning. */
  readonly isStrict?: boolean;
  /** File name to use instead of the source's own. */
  readonly dest?: string;
  readonly mirrors?: readonly Source[];
}

/** A request with all that can be known before its bytes move: a registry has been asked which file it is. */
export interface ResolvedFetch {
  readonly request: FetchRequest;
  /** One path segment, checked: what the file (or, for git, the folder) will be called. */
  readonly fileName: string;
  /** What the registry publishes, or the request's own; undefined when nobody says. */
  readonly integrity: Integrity | undefined;
  /** Where the bytes come from, credentials removed: for messages. */
  readonly url: string;
  /** Who built it out of what, where a certificate that was verified now says so. */
  readonly build?: BuildOrigin;
}

/** What a request stands for now, written so that it stands for the same tomorrow. */
export interface PinnedFetch {
  /** Package URLs have an exact version, git sources a full commit id as `ref`; everything else is as it was. */
  readonly request: FetchRequest;
  readonly fileName: string;
  /** Where the bytes come from, credentials removed. */
  readonly url: string;
  readonly integrity: Integrity | undefined;
  /** The exact version, as the registry writes it. */
  readonly version?: string;
  /** Full commit id of a git source. */
  readonly commit?: string;
  /** Bytes, when the source tells. */
  readonly size?: number;
  /** When the registry says it was published: ISO 8601. */
  readonly publishedAt?: string;
  /** What was checked besides the digest: a signature of the registry, the tree of a checksum database. */
  readonly proofs?: readonly string[];
  /** Who built it out of what, where a certificate that was verified says so. */
  readonly build?: BuildOrigin;
  /** Yanked, deprecated. */
  readonly warnings: readonly string[];
}

export interface FetchedFile {
  readonly path: string;
  readonly fileName: string;
  readonly bytes: number;
  /** SHA-256 (hex) of a file; `digestPath` of a folder; for git the full commit id. */
  readonly digest: string;
  readonly reused: boolean;
  /** Who built it out of what, where a certificate that was verified now says so. */
  readonly build?: BuildOrigin;
}

export interface FetchOptions {
  readonly directory: string;
  /** Where git clones go; default `directory`. */
  readonly cloneDirectory?: string;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** A file already there with the right digest is kept and not downloaded. Default true. */
  readonly reuse?: boolean;
  /** Nobody will write to the files, so they may be links into the download store. Default false: they are copies. */
  readonly isReadOnly?: boolean;
}

/** Fetches files from anywhere. One instance serves a run: it shares connections, limits and registry answers. */
export interface Fetcher {
  /** For who will ask for these in a moment: loads what that needs. Asks nobody, and never fails. */
  prepare(requests: readonly FetchRequest[]): void;
  /** @throws FettleError E_FETCH_NAME, E_REGISTRY, E_PURL, E_FETCH, E_OFFLINE */
  resolve(request: FetchRequest, signal: AbortSignal): Promise<ResolvedFetch>;
  /**
   * Finds out what a request stands for now: a range's newest version, the commit of a branch or tag. Nothing is
   * downloaded; what cannot change (a path, a URL, a full commit id) asks nobody.
   * @throws FettleError E_FETCH_NAME, E_REGISTRY, E_PURL, E_FETCH, E_GIT, E_OFFLINE
   */
  pin(request: FetchRequest, signal: AbortSignal): Promise<PinnedFetch>;
  /**
   * Fetches one file (or folder, for a path that is one, or a git clone) into `directory/fileName`. The bytes go to a
   * temporary name beside it, are hashed on the way, and are renamed only when whole and right.
   * @throws FettleError E_FETCH, E_CHECKSUM, E_FETCH_MISSING, E_GIT, E_REGISTRY, E_OFFLINE
   */
  fetch(resolved: ResolvedFetch, options: FetchOptions): Promise<FetchedFile>;
  /**
   * Resolves all, refuses two of one name before any download (E_FETCH_NAME), fetches all concurrently; when some fail,
   * the others finish and ONE error tells of all (E_FETCH_FAILED, or the single failure's own error).
   */
  fetchAll(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly FetchedFile[]>;
  close(): Promise<void>;
}
