import type { Emit } from '../events/index.js';
import type { DeferredFlush } from './deferred-flush.js';
import type { Durability } from './durable-file.js';
import type { EntryId } from './entry.js';
import type { HeldLock } from './held-lock.js';
import type { AttemptPlace, EntryPlace, Layout } from './layout.js';
import type { Trash } from './trash.js';

/** What an attempt works with; all of it outlives the attempt but the lock. */
export interface AttemptParts {
  readonly layout: Layout;
  readonly trash: Trash;
  readonly durability: Durability;
  /** Takes the folders whose names must be on the disk when the command ends. */
  readonly deferredFlush: DeferredFlush;
  readonly emit: Emit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly id: EntryId;
  readonly entry: EntryPlace;
  readonly place: AttemptPlace;
  /** Others may be at work in the entry's folder, so nothing but `place` is touched. */
  readonly shared: boolean;
  readonly lock: HeldLock;
  /** A workspace for what is not kept: it never commits, and nothing of it stays. */
  readonly ephemeral: boolean;
}
