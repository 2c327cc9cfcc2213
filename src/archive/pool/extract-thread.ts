import { Worker } from 'node:worker_threads';
import { FettleError, messageOf, type ErrorReport } from '../../errors/index.js';
import type { Unpacked } from '../unpack.js';
import type { UnpackCommand, UnpackReply } from './extract-messages.js';

/** Young objects are few and short-lived; without a limit each thread takes tens of megabytes for them. */
const YOUNG_GENERATION_MB = 8;

interface Job {
  readonly progress: (files: number, bytes: number) => void;
  readonly resolve: (unpacked: Unpacked) => void;
  readonly reject: (error: unknown) => void;
}

/** One thread, which unpacks one archive at a time. It keeps the process alive only while it does. */
export class ExtractThread {
  readonly #worker: Worker;
  #job: Job | undefined;
  #isUsable = true;

  constructor(url: URL) {
    this.#worker = new Worker(url, {
      name: 'fettle-extract',
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: UnpackReply) => {
      this.#hear(reply);
    });
    let cause: unknown;
    this.#worker.on('error', (error) => (cause = error));
    this.#worker.on('exit', () => {
      this.#isUsable = false;
      this.#settle((job) => {
        job.reject(new Error(`the thread that extracts has ended: ${messageOf(cause ?? 'it was closed')}`, { cause }));
      });
    });
  }

  /** False once it has ended, or after a failure, which may have left memory behind that only its end gives back. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /**
   * After an abort the thread is ended, wherever it is, and nothing is written any more when this rejects.
   * @throws the signal's reason, or what became of the archive
   */
  async unpack(command: UnpackCommand, progress: Job['progress'], signal: AbortSignal | undefined): Promise<Unpacked> {
    const end = (): void => void this.close();
    signal?.addEventListener('abort', end, { once: true });
    this.#worker.ref();
    try {
      return await new Promise<Unpacked>((resolve, reject) => {
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

  #hear(reply: UnpackReply): void {
    switch (reply.kind) {
      case 'progress':
        this.#job?.progress(reply.files, reply.bytes);
        break;
      case 'done':
        this.#settle((job) => {
          job.resolve(reply.unpacked);
        });
        break;
      case 'failed':
        this.#settle((job) => {
          job.reject(errorOf(reply.failure));
        });
        break;
    }
  }

  #settle(how: (job: Job) => void): void {
    const job = this.#job;
    this.#job = undefined;
    if (job) how(job);
  }
}

function errorOf({ code, message, facts, hint, stack }: ErrorReport): Error {
  if (code === 'BUG') return Object.assign(new Error(message), stack !== null && { stack });
  return new FettleError(code, message, { facts, ...(hint !== null && { hint }) });
}
