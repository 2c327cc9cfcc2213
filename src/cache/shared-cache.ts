import type { Emit } from '../events/index.js';
import type { AttemptParts } from './attempt-parts.js';
import type { Cache, CacheSize } from './cache.js';
import { clearCache, type Cleared } from './clear.js';
import type { Durability } from './durable-file.js';
import type { AcquireOptions, Acquired, Attempt, CompleteEntry, EntryId } from './entry.js';
import { explainMiss } from './explain-miss.js';
import { onCacheFiles } from './failure.js';
import type { HeldLock } from './held-lock.js';
import type { Layout } from './layout.js';
import type { LockClient } from './lock-client.js';
import { LockedAttempt } from './locked-attempt.js';
import { newLogFile } from './logs.js';
import { buildPlace, findEntry, readMarker } from './marker.js';
import { findRecipe, storeRecipe } from './recipes.js';
import { measureCache } from './size.js';
import { Trash } from './trash.js';
import { prepareFolders } from './work-folders.js';

export interface CacheParts {
  readonly layout: Layout;
  readonly locks: LockClient;
  readonly durability: Durability;
  readonly pid: number;
  readonly now: () => number;
}

/** A cache on disk, shared with whatever other processes use the same root. */
export class SharedCache implements Cache {
  readonly root: string;
  readonly #trash: Trash;

  constructor(private readonly parts: CacheParts) {
    this.root = parts.layout.root;
    this.#trash = new Trash(parts.layout);
  }

  async find(id: EntryId): Promise<CompleteEntry | undefined> {
    return findEntry(this.parts.layout, id);
  }

  async acquire(id: EntryId, options: AcquireOptions): Promise<Acquired> {
    const found = findEntry(this.parts.layout, id);
    if (found) return { kind: 'complete', entry: found };
    const lock = await this.#lock(id, options);
    try {
      // Whoever held the lock before may have made just this entry.
      const again = findEntry(this.parts.layout, id);
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
    const lock = await this.#lock(id, options);
    try {
      return await this.#begin({ id, lock, emit: options.emit, ephemeral: true });
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  explainMiss(id: EntryId, keyInputs: unknown): Promise<readonly string[]> {
    return onCacheFiles('compare entries of the cache', this.root, () => explainMiss(this.parts.layout, id, keyInputs));
  }

  logFile(id: EntryId): Promise<string> {
    return newLogFile(this.parts.layout, id, { pid: this.parts.pid, now: this.parts.now() });
  }

  findRecipe(digest: string): Promise<string | undefined> {
    return findRecipe(this.parts.layout, digest);
  }

  storeRecipe(
    digest: string,
    fill: (directory: string) => Promise<void>,
    emit: Emit,
    signal: AbortSignal,
  ): Promise<string> {
    return storeRecipe({ ...this.parts, trash: this.#trash }, digest, fill, { emit, signal });
  }

  size(): Promise<CacheSize> {
    return measureCache(this.parts.layout);
  }

  clear(): Promise<Cleared> {
    return clearCache({ ...this.parts, trash: this.#trash });
  }

  /** Frees what is still locked and waits until everything thrown away is gone from the disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.parts.locks[Symbol.asyncDispose]();
    await this.#trash.settled();
  }

  async #lock(id: EntryId, { emit, signal, logFile, lockTimeoutMs }: AcquireOptions): Promise<HeldLock> {
    const name = this.parts.layout.lockName(id);
    const lock = await this.parts.locks.lock(name, { emit, signal, logFile, timeoutMs: lockTimeoutMs });
    this.#trash.sweepOnce();
    return lock;
  }

  async #begin(start: Pick<AttemptParts, 'id' | 'lock' | 'emit' | 'ephemeral'>): Promise<Attempt> {
    const { layout, durability, now } = this.parts;
    const entry = buildPlace(layout, start.id);
    const place = await onCacheFiles('make the folders of an entry', entry.folder, () =>
      prepareFolders({
        entry,
        takeover: start.lock.takeover,
        keepFetch: !start.ephemeral,
        handsOff: start.ephemeral && readMarker(entry.marker) !== undefined,
        trash: this.#trash,
      }),
    );
    return new LockedAttempt({ ...start, layout, durability, now, entry, place, trash: this.#trash });
  }
}
