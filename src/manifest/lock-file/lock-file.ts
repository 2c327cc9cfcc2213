import type { Options } from '../options.js';

/**
 * fettle.lock, parsed: what the manifest stands for, for each platform it is used on. Nothing in it depends on the
 * machine that wrote it. docs/lock-file.md tells the format.
 */
export interface LockFile {
  /** SHA-256 (hex) of the manifest that the entries were made for. */
  readonly manifest: string;
  /** `linux-x86_64` → package id → what is known of that package there. */
  readonly platforms: ReadonlyMap<string, ReadonlyMap<string, LockedPackage>>;
}

export interface LockedPackage {
  readonly identity: string;
  readonly options: Options;
  readonly recipe: LockedRecipe;
  /** Ids of the packages it needs, sorted. */
  readonly dependencies: readonly string[];
  /** Product name → path inside the asset. */
  readonly products: Readonly<Record<string, string>>;
  /** The recipe's code asks for its downloads: they are known only where it has run. */
  readonly fetchesByFunction: boolean;
  readonly downloads: readonly LockedDownload[];
}

/** Where a recipe came from and what it was. */
export interface LockedRecipe {
  /** As written; for a recipe that was found by its name, where it was found. */
  readonly source: string;
  /** git: branch, tag or commit as written. */
  readonly ref?: string;
  /** git: the full commit id that the ref stood for. */
  readonly commit?: string;
  /** SHA-256 (hex) of the file that was run. */
  readonly sha256: string;
  /** The files it required: path relative to the recipe → SHA-256 (hex). */
  readonly files: Readonly<Record<string, string>>;
  /** The day (ISO 8601) on which this content was first seen, when nothing but the lock file vouches for it. */
  readonly recorded?: string;
}

/** One thing that a package downloads. `source` and `ref` are as written and tell it from the others. */
export interface LockedDownload {
  readonly source: string;
  readonly ref?: string;
  /** The package URL with the exact version, where the source names a range. */
  readonly resolved?: string;
  readonly version?: string;
  /** git: full commit id. */
  readonly commit?: string;
  readonly file?: string;
  /** Bytes. */
  readonly size?: number;
  /** 64 hex digits (SHA-256), or an SRI string. Absent when nobody has seen the file yet. */
  readonly integrity?: string;
  /** The day on which the digest was first seen, when neither recipe nor registry vouches for it. */
  readonly recorded?: string;
  /** When the registry says it was published (ISO 8601). */
  readonly published?: string;
}

/** The only layout there is so far. */
export const LOCK_FILE_VERSION = 1;

/** What tells a download from the others of its package. */
export function downloadKey({ source, ref }: Pick<LockedDownload, 'source' | 'ref'>): string {
  return ref === undefined ? source : `${source}\n${ref}`;
}
