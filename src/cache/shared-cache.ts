import type { UnpackThreads } from '../archive/index.js';
import type { Emit } from '../events/index.js';
import { patiently } from '../support/patiently.js';
import type { AttemptParts } from './attempt-parts.js';
import type { Cache, CacheSize } from './cache.js';
import { clearCache, type Cleared } from './clear.js';
import { clearAfterKills } from './clear-after-kills.js';
import { collectGarbage } from './collect.js';
import type { Collection, CollectOptions } from './collection.js';
import { dropWorkspace } from './drop-workspace.js';
import type { AssetThreads } from './asset-threads.js';
import type { DeferredFlush } from './deferred-flush.js';
import { deferredFlushWith, type Durability } from './durable-file.js';
import type { AcquireOptions, Acquired, Attempt, CompleteEntry, EntryId } from './entry.js';
import type { EntryMemory } from './entry-memory.js';
import { listCache, type ListedCacheEntry } from './list.js';
import { onCacheFiles } from './failure.js';
import type { HeldLock } from './held-lock.js';
import type { Layout } from './layout.js';
import type { LockClient } from './lock-client.js';
import { LockedAttempt } from './locked-attempt.js';
import { newLog, type NewLog } from './logs.js';
import { recordFolderUse, recordUse } from './last-use.js';
import { Lease } from './lease.js';
import { buildPlace, locateEntry, RARE_READER, readMarker, type MarkerReader } from './marker.js';
import { findRecord, recordBuild, type BuildFacts, type BuildRecord } from './miss/build-record.js';
import { Comparisons } from './miss/comparisons.js';
import { changesBetween } from './miss/describe-changes.js';
import { explainMiss, type MissExplanation } from './miss/explain-miss.js';
import type { MissSubject } from './miss/miss-subject.js';
import { findRecipe, storeRecipe } from './recipes.js';
import { measureCache } from './size.js';
import { openStaging, type Staging } from './staging.js';
import { Trash } from './trash.js';
import type { CacheVerification, VerifyOptions } from './verification.js';
import { verifyCache } from './verify.js';
import { prepareFolders } from './work-folders.js';

export interface CacheParts {
  readonly layout: Layout;
  readonly locks: LockClient;
  readonly durability: Durability;
  readonly threads: AssetThreads;
  readonly pid: number;
  readonly now: () => number;
}

/** A cache on disk, shared with whatever other processes use the same root. */
export class SharedCache implements Cache {
  readonly root: string;
  readonly downloads: string;
  readonly unpacking: UnpackThreads;
  readonly #trash: Trash;
  readonly #lease: Lease;
  readonly #comparisons: Comparisons;
  readonly #deferredFlush: DeferredFlush;
  #isUsed = false;

  constructor(private readonly parts: CacheParts) {
    this.root = parts.layout.root;
    this.downloads = parts.layout.downloads;
    this.unpacking = parts.threads;
    this.#trash = new Trash(parts.layout, parts.pid);
    this.#lease = new Lease(parts.layout, parts.pid);
    this.#comparisons = new Comparisons(parts.layout, changesBetween);
    this.#deferredFlush = deferredFlushWith(parts.durability);
  }

  find(id: EntryId): Promise<CompleteEntry | undefined> {
    return patiently(() => this.findAtOnce(id));
  }

  findAtOnce(id: EntryId, memory?: EntryMemory): CompleteEntry | undefined {
    return this.#find(id, memory);
  }

  lease(ids: readonly EntryId[]): void {
    this.#use(ids.map((id) => this.parts.layout.lockName(id)));
  }

  async acquire(id: EntryId, options: AcquireOptions): Promise<Acquired> {
    const found = await this.#findJustMade(id);
    if (found) return { kind: 'complete', entry: found };
    const lock = await this.#lock(id, options);
    try {
      // Whoever held the lock before may have made just this entry.
      const again = await this.#findJustMade(id);
      if (!again)
        return { kind: 'attempt', attempt: await this.#begin({ id, lock, emit: options.emit, ephemeral: false }) };
      await lock.release();
      return { kind: 'complete', entry: again };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async acquireWorkspace(id: EntryId, options: AcquireOptions): Promise<Attempt> {
    this.#isUsed = true;
    const lock = await this.#lock(id, options);
    try {
      return await this.#begin({ id, lock, emit: options.emit, ephemeral: true });
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async dropWorkspace(id: EntryId): Promise<void> {
    this.#isUsed = true;
    // It is in nobody's way, so a later run may do it.
    await dropWorkspace({ ...this.parts, trash: this.#trash }, id).catch(() => undefined);
  }

  lock(name: string, { emit, signal, lockTimeoutMs }: Omit<AcquireOptions, 'logFile'>): Promise<AsyncDisposable> {
    return this.parts.locks.lock(name, { emit, signal, logFile: null, timeoutMs: lockTimeoutMs });
  }

  explainMiss(subject: MissSubject): Promise<MissExplanation> {
    return onCacheFiles('compare entries of the cache', this.root, () =>
      patiently(() => explainMiss(this.#comparisons, subject)),
    );
  }

  recordBuild(subject: MissSubject, facts: Omit<BuildFacts, 'builtAt'>): Promise<void> {
    return recordBuild(this.parts.layout, subject, { ...facts, builtAt: this.parts.now() });
  }

  findBuild(id: EntryId): Promise<BuildRecord | undefined> {
    return findRecord(this.parts.layout, id);
  }

  newLog(id: EntryId): NewLog {
    return newLog(this.parts, id);
  }

  async findRecipe(digest: string): Promise<string | undefined> {
    const { layout, now } = this.parts;
    this.#use([layout.recipeLease(digest)]);
    const folder = await findRecipe(layout, digest);
    if (folder !== undefined) recordFolderUse(folder, now());
    return folder;
  }

  storeRecipe(
    digest: string,
    fill: (directory: string) => Promise<void>,
    emit: Emit,
    signal: AbortSignal,
  ): Promise<string> {
    this.#use([this.parts.layout.recipeLease(digest)]);
    return storeRecipe({ ...this.parts, trash: this.#trash }, digest, fill, { emit, signal });
  }

  recipeNameOf(file: string): string | undefined {
    return this.parts.layout.recipeNameOf(file);
  }

  openStaging(): Promise<Staging> {
    this.#isUsed = true;
    return openStaging({ ...this.parts, trash: this.#trash });
  }

  size(): Promise<CacheSize> {
    return measureCache(this.parts.layout);
  }

  verify(options: VerifyOptions = {}): Promise<CacheVerification> {
    return verifyCache(this.parts, options);
  }

  list(): Promise<readonly ListedCacheEntry[]> {
    return listCache(this.parts.layout);
  }

  collect(options: CollectOptions = {}): Promise<Collection> {
    return collectGarbage({ ...this.parts, trash: this.#trash }, options);
  }

  clear(): Promise<Cleared> {
    return clearCache({ ...this.parts, trash: this.#trash });
  }

  flush(): Promise<void> {
    return onCacheFiles('put the cache on the disk', this.root, () => this.#deferredFlush.flush());
  }

  /** Frees what is still locked, clears away after killed processes, waits until all of it is gone from the disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Who wants to know whether it failed has flushed before.
    await this.flush().catch(() => undefined);
    this.#lease[Symbol.dispose]();
    if (this.#isUsed) await clearAfterKills({ ...this.parts, trash: this.#trash });
    await this.parts.locks[Symbol.asyncDispose]();
    await this.parts.threads[Symbol.asyncDispose]();
    await this.#trash.settled();
  }

  /** Says that it is used, before anybody looks for it. Whoever only looks after the cache writes nothing at the end. */
  #use(names: readonly string[]): void {
    if (names.length === 0) return;
    this.#isUsed = true;
    this.#lease.add(names);
  }

  /** For who has looked before and found none: whoever has made it meanwhile may not have flushed its names yet. */
  async #findJustMade(id: EntryId): Promise<CompleteEntry | undefined> {
    const found = await patiently(() => this.#find(id, RARE_READER));
    const { layout } = this.parts;
    const places = found ? layout.places(id) : [];
    for (const place of places) this.#deferredFlush.add(layout.foldersAbove(place));
    return found;
  }

  /** The lease comes first: whoever evicts the entry looks for leases after it has hidden the marker. */
  #find(id: EntryId, reader?: MarkerReader): CompleteEntry | undefined {
    const { layout, now } = this.parts;
    this.#use([layout.lockName(id)]);
    const located = locateEntry(layout, id, reader);
    if (located) recordUse(located.place, now(), located.entry.completedAt);
    return located?.entry;
  }

  async #lock(id: EntryId, { emit, signal, logFile, lockTimeoutMs }: AcquireOptions): Promise<HeldLock> {
    const name = this.parts.layout.lockName(id);
    const lock = await this.parts.locks.lock(name, { emit, signal, logFile, timeoutMs: lockTimeoutMs });
    // Whoever builds needs room, and stays.
    this.#trash.sweepOnce();
    this.#lease.keepFresh();
    return lock;
  }

  async #begin(start: Pick<AttemptParts, 'id' | 'lock' | 'emit' | 'ephemeral'>): Promise<Attempt> {
    const { layout, durability, now } = this.parts;
    const entry = await patiently(() => buildPlace(layout, start.id));
    const prepared = await onCacheFiles('make the folders of an entry', entry.folder, () =>
      prepareFolders({
        entry,
        takeover: start.lock.takeover,
        keepFetch: !start.ephemeral,
        handsOff: start.ephemeral && readMarker(entry.marker) !== undefined,
        trash: this.#trash,
      }),
    );
    return new LockedAttempt({
      ...start,
      ...prepared,
      layout,
      durability,
      deferredFlush: this.#deferredFlush,
      now,
      entry,
      trash: this.#trash,
    });
  }
}
