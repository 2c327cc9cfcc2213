import { allowManyListeners } from '../support/many-listeners.js';
import { ThreadPool } from '../support/threads/thread-pool.js';
import type { SealCommand } from './seal-files.js';

/** As many as Node has for the file system: with fsync they wait for the disk most of the time. */
const THREADS = 4;
const BATCH_FILES = 256;
const BATCH_BYTES = 16 * 1024 * 1024;
/** Fewer files or bytes are done before a thread has started. */
const WORTHWHILE_FILES = 256;
const WORTHWHILE_BYTES = 8 * 1024 * 1024;

/** A regular file below the root of a tree. */
export interface FileToSeal {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** Threads that read, hash and flush what assets are made of. Those of one tree are spread over all of them. */
export class SealThreads implements AsyncDisposable {
  readonly #pool: ThreadPool<SealCommand, never, readonly string[]>;

  constructor(findWorker: () => URL) {
    this.#pool = new ThreadPool({ name: 'seal', size: THREADS, findWorker });
  }

  areWorthwhileFor(files: readonly FileToSeal[]): boolean {
    return files.length >= WORTHWHILE_FILES || bytesOf(files) >= WORTHWHILE_BYTES;
  }

  /**
   * Flushes the files where that is asked for.
   * @returns the SHA-256 of each file's content by path
   * @throws what the system says of a file; nothing is read or flushed any more then
   */
  async seal(root: string, files: readonly FileToSeal[], fsync: boolean): Promise<ReadonlyMap<string, string>> {
    const digests = new Map<string, string>();
    const failure = new AbortController();
    allowManyListeners(failure.signal);
    const work = batchesOf(files).map(async (paths) => {
      try {
        const found = await this.#pool.run({ root, paths, fsync }, { signal: failure.signal });
        paths.forEach((path, index) => digests.set(path, found[index] ?? ''));
      } catch (error) {
        failure.abort(error);
        throw error;
      }
    });
    const ended = await Promise.allSettled(work);
    for (const result of ended) if (result.status === 'rejected') throw result.reason;
    return digests;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
  }
}

function bytesOf(files: readonly FileToSeal[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function batchesOf(files: readonly FileToSeal[]): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const { path, size } of files) {
    const current = batches.at(-1);
    if (current === undefined || bytes >= BATCH_BYTES || current.length >= BATCH_FILES) {
      batches.push([path]);
      bytes = size;
    } else {
      current.push(path);
      bytes += size;
    }
  }
  return batches;
}
