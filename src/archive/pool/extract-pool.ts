import { availableParallelism } from 'node:os';
import type { ArchiveFormat } from '../archive.js';
import { ThreadPool, type Giver } from '../../support/threads/thread-pool.js';
import type { Unpacked, UnpackRequest } from '../unpack.js';
import type { UnpackCommand, UnpackProgress } from './extract-messages.js';

/** More threads than this wait for the disk more than they work. */
const MOST_THREADS = 4;
/** A smaller archive is unpacked before a thread has started. */
const WORTH_A_THREAD = 256 * 1024;

/** Threads that obey `unpackInThread`, whatever else they do. */
export interface UnpackThreads {
  unpack(command: UnpackCommand, giver: Giver<UnpackProgress>): Promise<Unpacked>;
}

export type ExtractPoolOptions = {
  /** See ExtractPool. Default: 256 KiB. */
  readonly leastBytes?: number;
} & ({ readonly threads: UnpackThreads } | OwnThreads);

/** Threads that end with the pool. */
interface OwnThreads {
  /** The bundled src/archive/extract-worker.ts. */
  readonly worker: URL;
  /** Threads at most. Default: as many as there are processors, and no more than four. */
  readonly size?: number;
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
  /** Ends all threads of its own. What they unpack fails. */
  close(): Promise<void>;
}

export function createExtractPool(options: ExtractPoolOptions): ExtractPool {
  const { leastBytes = WORTH_A_THREAD } = options;
  const { threads, close } = 'threads' in options ? { threads: options.threads, close: leaveOpen } : start(options);
  return {
    leastBytes,
    unpack: ({ signal, progress, ...request }, format) => {
      const tell = ([files, bytes]: UnpackProgress): void => {
        progress(files, bytes);
      };
      return threads.unpack({ format, request }, { progress: tell, signal });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** They end with whoever has them. */
function leaveOpen(): Promise<void> {
  return Promise.resolve();
}

function start({ worker, size = Math.min(MOST_THREADS, availableParallelism()) }: OwnThreads): {
  readonly threads: UnpackThreads;
  readonly close: () => Promise<void>;
} {
  const options = { name: 'extract', size: Math.max(1, size), findWorker: () => worker };
  const pool = new ThreadPool<UnpackCommand, UnpackProgress, Unpacked>(options);
  return { threads: { unpack: (command, giver) => pool.run(command, giver) }, close: () => pool.close() };
}
