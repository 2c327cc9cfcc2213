import type { ComposedEnvironment } from '../compose.js';
import type { SyncStamp } from '../sync-stamp.js';

/** What the command's entry may answer by itself after a sync: docs/entry.md. */
export interface Answers {
  readonly projectDir: string;
  /** The file of this fettle that Node would run, absolute; its entry lies beside it. */
  readonly build: string;
  /** Variables that must be what they were, by their names; null where unset. */
  readonly settings: Readonly<Record<string, string | null>>;
  readonly environment: EnvironmentAnswers;
  /** Undefined when only the whole work tells how the packages are. */
  readonly packages: PackageAnswers | undefined;
}

/** What `env` and `run` need. */
export interface EnvironmentAnswers {
  readonly composed: ComposedEnvironment;
  /** The manifest and the record. */
  readonly states: SyncStamp['states'];
  /** Root of a cache → what a lease there names. */
  readonly leases: ReadonlyMap<string, readonly string[]>;
}

/** What `sync`, `asset` and `product` need besides. */
export interface PackageAnswers {
  readonly cacheRoot: string;
  /** All that the sync looked at. */
  readonly states: SyncStamp['states'];
  /** As in `settings`: what Lua code asked for, and what finds the cache. */
  readonly variables: Readonly<Record<string, string | null>>;
  /** Variables that must be unset or empty, since they ask for more than the answer. */
  readonly unset: readonly string[];
  /** Whether the lock file was looked at, or trusted unseen. */
  readonly lock: 'seen' | 'frozen';
  /** What a sync says; undefined where it depends on who reads it. */
  readonly summary: string | undefined;
  /** What may be asked for, and the path that is the answer. */
  readonly assets: ReadonlyMap<string, string>;
  readonly products: ReadonlyMap<string, string>;
}
