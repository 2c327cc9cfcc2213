import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import type { Layout } from './layout.js';
import { walkTree } from './tree.js';

const OWNER_ALL = 0o700;

/**
 * How things leave the cache: renamed into trash/ at once, so that no half-deleted folder ever stands at its old
 * path, then deleted at leisure. What a kill leaves in trash/ is deleted by a later run.
 */
export class Trash {
  readonly #deleting = new Set<Promise<void>>();
  #swept = false;

  constructor(private readonly layout: Layout) {}

  /** Takes `path` away; nothing is there when this returns. Something that is not there is fine. */
  async discard(path: string): Promise<void> {
    const target = this.layout.discarded(randomBytes(8).toString('hex'));
    await mkdir(this.layout.trash, { recursive: true });
    if (await moveAside(path, target)) this.#delete(target);
  }

  /** Starts to delete what killed processes left; asked again it does nothing. */
  sweepOnce(): void {
    if (!this.#swept) this.sweep();
  }

  sweep(): void {
    this.#swept = true;
    this.#track(this.#sweep());
  }

  /** Resolves when everything discarded so far is gone from the disk. */
  async settled(): Promise<void> {
    while (this.#deleting.size > 0) await Promise.all(this.#deleting);
  }

  async #sweep(): Promise<void> {
    for (const name of await readdir(this.layout.trash)) await removeTree(this.layout.discarded(name));
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
    if (!hasCode(error, 'EACCES', 'EPERM', 'ENOTEMPTY')) throw error;
    // Only folders stand in the way: deleting a file needs no permission on the file itself.
    for await (const { path: child, kind } of walkTree(path, allowChanges))
      if (kind === 'folder') await allowChanges(child);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function allowChanges(path: string): Promise<void> {
  const stats = await lstat(path);
  if (stats.isDirectory() && (stats.mode & OWNER_ALL) !== OWNER_ALL)
    await chmod(path, (stats.mode & 0o7777) | OWNER_ALL);
}
