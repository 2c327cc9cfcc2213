import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { ArchiveFormat } from '../archive.js';
import type { Unpacked, UnpackRequest } from '../unpack.js';
import { ExtractThread } from './extract-thread.js';

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
  return new Threads(size, leastBytes, () => options.worker ?? bundledWorker());
}

/** The worker lies beside the bundle that has this module; the library has it in a part of itself, one folder below. */
function bundledWorker(): URL {
  const beside = new URL('./extract-worker.js', import.meta.url);
  const above = new URL('../extract-worker.js', import.meta.url);
  return existsSync(beside) || !existsSync(above) ? beside : above;
}

class Threads implements ExtractPool {
  readonly #size: number;
  readonly #findWorker: () => URL;
  readonly #all = new Set<ExtractThread>();
  readonly #idle: ExtractThread[] = [];
  /** Those who wait for a thread, the first first. */
  readonly #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(
    size: number,
    readonly leastBytes: number,
    findWorker: () => URL,
  ) {
    this.#size = size;
    this.#findWorker = findWorker;
  }

  async unpack({ signal, progress, ...request }: UnpackRequest, format: ArchiveFormat): Promise<Unpacked> {
    const thread = await this.#acquire(signal);
    try {
      return await thread.unpack({ format, request }, progress, signal);
    } finally {
      this.#release(thread);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#all].map((thread) => thread.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #acquire(signal: AbortSignal | undefined): Promise<ExtractThread> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#isClosed) throw new Error('the threads that extract were closed');
      const thread = this.#idle.pop() ?? this.#start();
      if (thread) return thread;
      await this.#nextFree(signal);
    }
  }

  #start(): ExtractThread | undefined {
    if (this.#all.size >= this.#size) return undefined;
    const thread = new ExtractThread(this.#findWorker());
    this.#all.add(thread);
    return thread;
  }

  /** Resolves when a thread became free, and early when the signal is aborted. */
  async #nextFree(signal: AbortSignal | undefined): Promise<void> {
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#waiting.push(wake);
    signal?.addEventListener('abort', wake, { once: true });
    try {
      await woken;
    } finally {
      signal?.removeEventListener('abort', wake);
      const place = this.#waiting.indexOf(wake);
      if (place !== -1) this.#waiting.splice(place, 1);
    }
  }

  #release(thread: ExtractThread): void {
    if (thread.isUsable) this.#idle.push(thread);
    else this.#all.delete(thread);
    this.#waiting.shift()?.();
  }
}
