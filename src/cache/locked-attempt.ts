import type { Phase } from '../events/index.js';
import type { AttemptParts } from './attempt-parts.js';
import { commitAttempt, removeWorkFolders } from './commit.js';
import type { Attempt, CommitRecord, CompleteEntry, EntryId, WorkFolders } from './entry.js';
import { onCacheFiles } from './failure.js';
import { leaveEntry } from './leave-entry.js';
import { FoldersOnDemand } from './work-folders.js';

/** An attempt under a lock. It ends once: by a commit that went well, or by being abandoned. */
export class LockedAttempt implements Attempt {
  readonly id: EntryId;
  readonly folders: WorkFolders;
  readonly paths: WorkFolders;
  readonly #notes: Uint8Array[] = [];
  #ended = false;

  constructor(private readonly parts: AttemptParts) {
    const { asset, fetch, stage, tmp } = parts.place;
    this.id = parts.id;
    this.paths = { asset, fetch, stage, tmp };
    this.folders = new FoldersOnDemand(parts.place);
  }

  setPhase(phase: Phase): void {
    this.parts.lock.setPhase(phase);
  }

  knowDigests(notes: Uint8Array): void {
    this.#notes.push(notes);
  }

  async commit(record: CommitRecord): Promise<CompleteEntry> {
    if (this.#ended || this.parts.ephemeral) throw new Error('this attempt cannot commit');
    const { entry, place, trash, lock } = this.parts;
    const complete = await onCacheFiles('complete an entry of the cache', entry.folder, () =>
      commitAttempt(this.parts, record, this.#notes),
    );
    this.#ended = true;
    try {
      // The entry is complete whether or not these go.
      await removeWorkFolders(trash, place).catch(() => undefined);
    } finally {
      await lock.release();
    }
    return complete;
  }

  async abandon({ keepFetch }: { readonly keepFetch: boolean }): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { entry, lock, ephemeral } = this.parts;
    try {
      await onCacheFiles('clean up an entry of the cache', entry.folder, () =>
        leaveEntry(this.parts, keepFetch && !ephemeral),
      );
    } finally {
      await lock.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abandon({ keepFetch: true });
  }
}
