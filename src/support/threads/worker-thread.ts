import { Worker } from 'node:worker_threads';
import { FettleError, messageOf } from '../../errors/index.js';
import type { Reply, SentFailure } from './messages.js';

/** Young objects are few and short-lived; without a limit each thread takes tens of megabytes for them. */
const YOUNG_GENERATION_MB = 3;

interface Job<Progress, Result> {
  readonly progress: (progress: Progress) => void;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** One thread, which obeys one command at a time. It keeps the process alive only while it does. */
export class WorkerThread<Command, Progress, Result> {
  readonly #worker: Worker;
  #job: Job<Progress, Result> | undefined;
  #isUsable = true;

  /** @param name shown by debuggers, and in what is said when the thread ends unasked */
  constructor(url: URL, name: string) {
    this.#worker = new Worker(url, {
      name: `fettle-${name}`,
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply<Progress, Result>) => {
      this.#hear(reply);
    });
    let cause: unknown;
    this.#worker.on('error', (error) => (cause = error));
    this.#worker.on('exit', () => {
      this.#isUsable = false;
      this.#settle((job) => {
        job.reject(new Error(`the ${name} thread has ended: ${messageOf(cause ?? 'it was closed')}`, { cause }));
      });
    });
  }

  /** False once it has ended, or after a failure, which may have left memory behind that only its end gives back. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /**
   * After an abort the thread is ended, wherever it is, and nothing is done any more when this rejects.
   * @throws the signal's reason, or what the command failed with
   */
  async obey(command: Command, progress: Job<Progress, Result>['progress'], signal?: AbortSignal): Promise<Result> {
    const end = (): void => void this.close();
    signal?.addEventListener('abort', end, { once: true });
    this.#worker.ref();
    try {
      return await new Promise<Result>((resolve, reject) => {
        this.#job = { progress, resolve, reject };
        this.#worker.postMessage(command);
      });
    } catch (error) {
      await this.close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
      this.#worker.unref();
    }
  }

  /** Ends the thread; what it is at is left unfinished. */
  async close(): Promise<void> {
    this.#isUsable = false;
    await this.#worker.terminate();
  }

  #hear(reply: Reply<Progress, Result>): void {
    switch (reply.kind) {
      case 'progress':
        this.#job?.progress(reply.progress);
        break;
      case 'done':
        this.#settle((job) => {
          job.resolve(reply.result);
        });
        break;
      case 'failed':
        this.#settle((job) => {
          job.reject(errorOf(reply.failure));
        });
        break;
    }
  }

  #settle(how: (job: Job<Progress, Result>) => void): void {
    const job = this.#job;
    this.#job = undefined;
    if (job) how(job);
  }
}

function errorOf({ code, message, facts, hint, stack, system }: SentFailure): Error {
  if (system !== null) return Object.assign(new Error(message), system);
  if (code === 'BUG') return Object.assign(new Error(message), stack !== null && { stack });
  return new FettleError(code, message, { facts, ...(hint !== null && { hint }) });
}
