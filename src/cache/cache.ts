import type { UnpackThreads } from '../archive/index.js';
import type { Emit } from '../events/index.js';
import type { Host } from '../host/index.js';
import type { AcquireOptions, Acquired, Attempt, CompleteEntry, EntryId } from './entry.js';
import type { EntryMemory } from './entry-memory.js';
import type { Collection, CollectOptions } from './collection.js';
import type { ListedCacheEntry } from './list.js';
import type { BuildRecord } from './miss/build-record.js';
import type { MissExplanation } from './miss/explain-miss.js';
import type { MissSubject } from './miss/miss-subject.js';
import type { NewLog } from './logs.js';
import type { Staging } from './staging.js';
import type { CacheVerification, VerifyOptions } from './verification.js';

export interface CacheOptions {
  readonly root: string;
  readonly host: Host;
  /** Skip fsync: for caches that are thrown away. */
  readonly noFsync?: boolean;
  /** The bundled src/cache/lock-worker.ts. Default: `lock-worker.js` beside the module that opens the cache. */
  readonly lockWorker?: URL;
  /** The bundled src/cache/asset-worker.ts, found likewise; without it assets are sealed by the main thread. */
  readonly assetWorker?: URL;
  /** Silence after which a lock's holder counts as gone where nothing else can tell, milliseconds. Default 30 s. */
  readonly staleLockMs?: number;
}

/** The content cache that many processes share. docs/cache.md tells the protocol. */
export interface Cache extends AsyncDisposable {
  readonly root: string;
  /** The folder for downloads, which src/fetch fills. */
  readonly downloads: string;
  /** Threads that unpack archives; they end with the cache. */
  readonly unpacking: UnpackThreads;
  /** Looks without a lock. Undefined when there is no whole marker with this key and its folder. */
  find(id: EntryId): Promise<CompleteEntry | undefined>;
  /** The same without waiting where too many files are open: fails then. */
  findAtOnce(id: EntryId, memory?: EntryMemory): CompleteEntry | undefined;
  /** Says that this process uses these, if they are there. Who looks for many does so first: for each alone it costs a call. */
  lease(ids: readonly EntryId[]): void;
  /** Look, lock, look again: either the complete entry or the right to build it. */
  acquire(id: EntryId, options: AcquireOptions): Promise<Acquired>;
  /** For user-managed packages: the lock and an ephemeral workspace; never looks for a complete entry. */
  acquireWorkspace(id: EntryId, options: AcquireOptions): Promise<Attempt>;
  /** For user-managed packages that need no work: removes what a killed attempt left, unless somebody is at one. */
  dropWorkspace(id: EntryId): Promise<void>;
  /**
   * A lock for work on something that all packages share, such as one download. Names of entries' locks have an `@`,
   * so this one must have none.
   */
  lock(name: string, options: Omit<AcquireOptions, 'logFile'>): Promise<AsyncDisposable>;
  /** Why a package has no entry: what became of it, or how it differs from the most similar build of its identity. */
  explainMiss(subject: MissSubject): Promise<MissExplanation>;
  /** Remembers what a build was made of, so that later misses can be explained. Never fails. */
  recordBuild(subject: MissSubject, facts: Pick<BuildRecord, 'durationMs' | 'kept' | 'reasons'>): Promise<void>;
  /** What is remembered of the last build under a key; of an entry that is gone, too. */
  findBuild(id: EntryId): Promise<BuildRecord | undefined>;
  /** Where a new log of this entry goes. */
  newLog(id: EntryId): NewLog;
  /** Folder for a fetched recipe copy named by `digest` (made complete atomically by `storeRecipe`). */
  findRecipe(digest: string): Promise<string | undefined>;
  /** Runs `fill` on an empty folder and publishes it under `digest` unless one is there already; returns the final folder. */
  storeRecipe(
    digest: string,
    fill: (directory: string) => Promise<void>,
    emit: Emit,
    signal: AbortSignal,
  ): Promise<string>;
  /** The name of the recipe copy that a file of this cache belongs to; undefined for files elsewhere. */
  recipeNameOf(file: string): string | undefined;
  /** A folder of its own on the file system of the cache, for what must be looked at before it may become part of it. */
  openStaging(): Promise<Staging>;
  /** Resolves when every entry that this process completed is there after a power cut as well; the end of the cache does it too. */
  flush(): Promise<void>;
  size(): Promise<CacheSize>;
  /** Every complete entry, the one used last first. */
  list(): Promise<readonly ListedCacheEntry[]>;
  /** Compares every complete entry with what was recorded of it, down to the content of each file. */
  verify(options?: VerifyOptions): Promise<CacheVerification>;
  /** Removes what is left over, what is too old, and what does not fit into a size. */
  collect(options?: CollectOptions): Promise<Collection>;
  /** Removes everything that no running process holds or uses. */
  clear(): Promise<{ readonly bytesFreed: number; readonly kept: readonly string[] }>;
}

/** Bytes on disk. */
export interface CacheSize {
  readonly bytes: number;
  readonly assets: number;
  readonly recipes: number;
  readonly downloads: number;
  readonly other: number;
  readonly entries: number;
}
