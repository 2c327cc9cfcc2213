import { chmod, constants, copyFile, link, lstat, readdir, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Emit } from '../../events/index.js';
import { hasCode } from '../../errors/index.js';
import { isExpected } from '../checksum.js';
import { digestFile } from '../digests.js';
import type { Integrity } from '../integrity.js';
import { partialPath, publish } from '../partial-file.js';
import type { Arrival, Arrived } from '../transport.js';
import { explainStoreFailure } from './store-failure.js';
import { StoreLayout } from './store-layout.js';
import { makeFolder } from '../../support/make-folder.js';

/** After that long nobody comes back for the rest of a download. */
const KEEP_UNFINISHED_MS = 24 * 60 * 60 * 1000;
const READ_ONLY = 0o444;
const ORDINARY = 0o644;

/** Where downloads are kept for all packages and processes. */
export interface DownloadStoreOptions {
  readonly folder: string;
  /** Waits until no other process downloads what the name stands for. */
  lock(name: string, way: { readonly emit: Emit; readonly signal: AbortSignal }): Promise<AsyncDisposable>;
}

/**
 * Whole files by their digests, read-only. Whatever is taken out of it is hashed again, so a file that has changed is
 * never given to anybody.
 */
export class DownloadStore {
  readonly #layout: StoreLayout;
  #swept: Promise<void> | undefined;

  constructor(
    folder: string,
    private readonly now: () => number,
  ) {
    this.#layout = new StoreLayout(folder);
  }

  /**
   * Puts the file with this digest where it is wanted.
   * @returns undefined when it is not there, or no longer what it was
   * @throws FettleError E_CACHE, E_DISK_FULL
   */
  async take(digest: Integrity, arrival: Arrival): Promise<Arrived | undefined> {
    const stored = this.#layout.file(digest);
    const partial = partialPath(arrival.directory);
    try {
      if (!(await placeOrMiss(stored, partial, arrival))) return undefined;
      const digests = await digestFile(partial, digest);
      if (!isExpected(digests, digest)) {
        await rm(stored, { force: true });
        return undefined;
      }
      const { size: bytes } = await lstat(partial);
      await this.#finish(stored, partial, arrival);
      return { bytes, digest: digests.hex('sha256'), isReused: true };
    } catch (error) {
      throw explainStoreFailure(error, stored);
    } finally {
      await rm(partial, { force: true });
    }
  }

  /**
   * An empty folder, or one with what an earlier download of the same file has left.
   * @throws FettleError E_CACHE, E_DISK_FULL
   */
  async openLanding(expected: Integrity | undefined): Promise<string> {
    const landing = this.#layout.landing(expected);
    try {
      await (this.#swept ??= this.#sweep());
      makeFolder(landing);
      // What is used again is not old: others may be about to sweep.
      const now = new Date(this.now());
      await utimes(landing, now, now);
      return landing;
    } catch (error) {
      throw explainStoreFailure(error, landing);
    }
  }

  /**
   * Keeps a file that has just been verified, and puts it where it is wanted.
   * @throws FettleError E_CACHE, E_DISK_FULL
   */
  async add(landed: string, digest: Integrity, arrival: Arrival): Promise<void> {
    const stored = this.#layout.file(digest);
    const partial = partialPath(arrival.directory);
    try {
      await chmod(landed, READ_ONLY);
      makeFolder(dirname(stored));
      await publish(landed, stored);
      if (arrival.expected) await this.#addName(stored, arrival.expected);
      await place(stored, partial, arrival);
      await this.#finish(stored, partial, arrival);
    } catch (error) {
      throw explainStoreFailure(error, stored);
    } finally {
      await rm(partial, { force: true });
    }
  }

  /** The same file by another digest. */
  async #addName(stored: string, digest: Integrity): Promise<void> {
    const name = this.#layout.file(digest);
    if (name === stored) return;
    makeFolder(dirname(name));
    const partial = partialPath(dirname(name));
    await linkOrCopy(stored, partial);
    await publish(partial, name);
  }

  async #finish(stored: string, partial: string, arrival: Arrival): Promise<void> {
    arrival.signal.throwIfAborted();
    const now = new Date(this.now());
    // The time of the last use, by which a cache is collected. Another user's file keeps its own.
    await utimes(stored, now, now).catch(() => undefined);
    await publish(partial, join(arrival.directory, arrival.fileName));
  }

  /** Downloads that nobody has come back for, and those of killed processes. */
  async #sweep(): Promise<void> {
    const { unfinished } = this.#layout;
    for (const name of await readdir(unfinished).catch(() => [])) {
      const folder = join(unfinished, name);
      if (this.now() - (await lastChange(folder)) > KEEP_UNFINISHED_MS)
        await rm(folder, { recursive: true, force: true });
    }
  }
}

async function placeOrMiss(stored: string, partial: string, arrival: Arrival): Promise<boolean> {
  try {
    await place(stored, partial, arrival);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return false;
    throw error;
  }
}

/**
 * A link where nothing will write to it; else a copy, whose blocks the file system shares if it can. A script that
 * wrote to a link would change the file for everybody.
 */
async function place(stored: string, partial: string, { isShared }: Arrival): Promise<void> {
  if (isShared === true) return linkOrCopy(stored, partial);
  await copyFile(stored, partial, constants.COPYFILE_FICLONE);
  await chmod(partial, ORDINARY);
}

/** A link cannot go to another file system, and not every file system has them. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!hasCode(error, 'EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL')) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

/** When anything in a folder was written to last. */
async function lastChange(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const times = [folder, ...names.map((name) => join(folder, name))].map((path) =>
    lstat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  return Math.max(...(await Promise.all(times)));
}
