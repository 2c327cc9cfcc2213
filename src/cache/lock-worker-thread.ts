import { Worker } from 'node:worker_threads';
import { cacheFailure } from './failure.js';
import type { LockReply, LockRequest, LockWorkerData } from './lock-messages.js';
import { makeFolder } from '../support/make-folder.js';

/** Little is allocated for a lock. */
const YOUNG_GENERATION_MB = 3;

export interface LockWorkerListener {
  onReply(reply: LockReply): void;
  /** The thread ended by itself; nothing will be heard of it any more. */
  onDeath(cause: unknown): void;
}

/** The thread that keeps the locks. It never keeps the process alive but while an answer is awaited. */
export class LockWorkerThread {
  readonly #worker: Worker;
  #awaited = 0;
  #closing = false;
  readonly #ended: Promise<void>;

  constructor(url: URL, data: LockWorkerData, listener: LockWorkerListener) {
    try {
      makeFolder(data.locks);
    } catch (error) {
      throw cacheFailure('create the folder of the locks', data.locks, error);
    }
    this.#worker = new Worker(url, {
      ...{ workerData: data, execArgv: [], name: 'fettle-locks' },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: LockReply) => {
      listener.onReply(reply);
    });
    let cause: unknown;
    this.#worker.on('error', (error) => (cause = error));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        resolve();
        if (!this.#closing) listener.onDeath(cause);
      });
    });
  }

  send(request: LockRequest): void {
    this.#worker.postMessage(request);
  }

  /** Between these two the process stays alive for the answer. */
  await(): void {
    this.#awaited += 1;
    this.#worker.ref();
  }

  answered(): void {
    this.#awaited -= 1;
    if (this.#awaited === 0) this.#worker.unref();
  }

  /** Frees all locks, then ends the thread. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#worker.ref();
    this.send({ kind: 'close' });
    await this.#ended;
  }
}
