import { availableParallelism } from 'node:os';
import type { ArchiveFormat } from '../archive.js';
import { bundledWorker } from '../../support/threads/bundled-worker.js';
import { ThreadPool } from '../../support/threads/thread-pool.js';
import type { Unpacked, UnpackRequest } from '../unpack.js';
import type { UnpackCommand, UnpackProgress } from './extract-messages.js';

/** More threads than this wait for the disk more than they work. */
const MOST_THREADS = 4;
/** A smaller archive is unpacked before a thread has started. */
const WORTH_A_THREAD = 256 * 1024;

export interface ExtractPoolOptions {
  /** Threads at most. Default: as many as there are processors, and no more than four. */
  readonly size?: number;
  /** The bundled src/archive/extract-worker.ts. Default: `extract-worker.js` beside the module that opens the pool. */
  readonly worker?: URL;
  /** See ExtractPool. Default: 256 KiB. */
  readonly leastBytes?: number;
}

/** Threads that unpack archives side by side, started when there is work for them. */
export interface ExtractPool extends AsyncDisposable {
  /** Archives of fewer bytes are better unpacked at once, by whoever has them. */
  readonly leastBytes: number;
  /**
   * Unpacks an archive as soon as a thread is free.
   * @throws the reason of the request's signal, or FettleError E_ARCHIVE, E_ARCHIVE_UNSAFE, E_DISK_FULL
   */
  unpack(request: UnpackRequest, format: ArchiveFormat): Promise<Unpacked>;
  /** Ends all threads. What is being unpacked fails. */
  close(): Promise<void>;
}

export function createExtractPool(options: ExtractPoolOptions = {}): ExtractPool {
  const size = Math.max(1, options.size ?? Math.min(MOST_THREADS, availableParallelism()));
  const { leastBytes = WORTH_A_THREAD } = options;
  const findWorker = (): URL => options.worker ?? bundledWorker('extract-worker', import.meta.url);
  const threads = new ThreadPool<UnpackCommand, UnpackProgress, Unpacked>({ name: 'extract', size, findWorker });
  return {
    leastBytes,
    unpack: ({ signal, progress, ...request }, format) =>
      threads.run(
        { format, request },
        {
          progress: ([files, bytes]) => {
            progress(files, bytes);
          },
          signal,
        },
      ),
    close: () => threads.close(),
    [Symbol.asyncDispose]: () => threads.close(),
  };
}
