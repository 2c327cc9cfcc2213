import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { chmod, lstat, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../errors/index.js';
import { claimName, newClaim } from './claim.js';
import { syncFolder, type Durability } from './durable-file.js';
import type { Layout } from './layout.js';
import { makeFolder } from '../support/make-folder.js';
import { identifyProcess, type ProcessIdentity } from './process-identity.js';
import { isAbandonedDiscard } from './remains.js';
import { walkTree } from './tree.js';
import { removeIfEmpty } from '../support/remove-if-empty.js';

const OWNER_ALL = 0o700;
/** A part of a path that every system takes; what is deeper than that can be moved without its path being too long. */
const DEEP = 512;

/**
 * How things leave the cache: renamed into trash/ at once, so that no half-deleted folder ever stands at its old
 * path, then deleted at leisure. Their names there are claims, so what a kill leaves is told from what is being deleted:
 * a later run deletes the one and need not wait for the other.
 */
export class Trash {
  readonly #deleting = new Set<Promise<void>>();
  #self: ProcessIdentity | undefined;
  #swept = false;

  constructor(
    private readonly layout: Layout,
    private readonly pid: number,
  ) {}

  /**
   * Takes `path` away; nothing is there when this returns. Something that is not there is fine.
   * @param durability for what readers trust where it stands: a power cut must not bring it back with half its files
   * deleted, so it is gone from the disk as well before the first of them is
   */
  async discard(path: string, durability: Durability = { fsync: false }): Promise<void> {
    if (!lstatSync(path, { throwIfNoEntry: false })) return;
    if (removeIfEmpty(path)) return syncFolder(dirname(path), durability);
    const target = this.layout.discarded(claimName(newClaim(this.#identity)));
    makeFolder(this.layout.trash);
    try {
      if (!(await moveAside(path, target))) return;
    } catch (error) {
      if (!hasCode(error, 'EXDEV')) throw error;
      // An overlay moves no folder of its lower layer: such a one is deleted where it stands.
      return removeTree(path);
    }
    await syncFolder(dirname(path), durability);
    this.#delete(target);
  }

  /** Starts to delete what killed processes left; asked again it does nothing. */
  sweepOnce(): void {
    if (!this.#swept) this.sweepAbandoned();
    this.#swept = true;
  }

  /** Starts to delete what nobody else is certainly deleting. */
  sweepAbandoned(): void {
    this.#track(this.#sweep((name) => isAbandonedDiscard(name, this.#identity)));
  }

  /** Starts to delete everything, also what others are at. */
  sweep(): void {
    this.#track(this.#sweep(() => true));
  }

  /** Resolves when everything discarded so far is gone from the disk. */
  async settled(): Promise<void> {
    while (this.#deleting.size > 0) await Promise.all(this.#deleting);
  }

  get #identity(): ProcessIdentity {
    this.#self ??= identifyProcess(this.pid);
    return this.#self;
  }

  async #sweep(isChosen: (name: string) => boolean): Promise<void> {
    for (const name of readdirSync(this.layout.trash)) {
      // What cannot be deleted must not keep the rest.
      if (isChosen(name)) await removeTree(this.layout.discarded(name)).catch(() => undefined);
    }
  }

  #delete(path: string): void {
    this.#track(removeTree(path));
  }

  /** A failure to delete is not one to tell of: the next sweep tries again. */
  #track(work: Promise<void>): void {
    const tracked = work.then(
      () => undefined,
      () => undefined,
    );
    this.#deleting.add(tracked);
    void tracked.then(() => this.#deleting.delete(tracked));
  }
}

/** Renames, also folders that nobody may change. @returns false when there was nothing */
export async function moveAside(path: string, target: string): Promise<boolean> {
  try {
    await rename(path, target);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
  }
  // A folder that is moved needs write permission itself, because its `..` changes.
  await allowChanges(path);
  await rename(path, target);
  return true;
}

async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (hasCode(error, 'ENAMETOOLONG') && (await raiseDeepFolder(path))) return removeTree(path);
    if (!hasCode(error, 'EACCES', 'EPERM', 'ENOTEMPTY')) throw error;
    // Only folders stand in the way: deleting a file needs no permission on the file itself.
    for await (const { path: child, kind } of walkTree(path, allowChanges))
      if (kind === 'folder') await allowChanges(child);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * Removes a part of a tree that lies too deep for the system to take its paths: it is moved up, beside the tree, first.
 * @returns false when nothing lies deep
 */
async function raiseDeepFolder(path: string): Promise<boolean> {
  for await (const { path: child, kind } of walkTree(path, allowChanges)) {
    if (kind !== 'folder' || child.length < path.length + DEEP) continue;
    const raised = join(dirname(path), randomBytes(8).toString('hex'));
    await moveAside(child, raised);
    await removeTree(raised);
    return true;
  }
  return false;
}

async function allowChanges(path: string): Promise<void> {
  const stats = await lstat(path);
  if (stats.isDirectory() && (stats.mode & OWNER_ALL) !== OWNER_ALL)
    await chmod(path, (stats.mode & 0o7777) | OWNER_ALL);
}
