import { WorkerThread } from './worker-thread.js';

export interface ThreadPoolOptions {
  /** What its threads are for, one word. */
  readonly name: string;
  /** Threads at most. */
  readonly size: number;
  /** The program of the threads, which calls `obeyCommands`; asked when the first thread starts. */
  readonly findWorker: () => URL;
}

/** Who gives a command. */
export interface Giver<Progress> {
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Threads of one program, started when there is work for them. */
export class ThreadPool<Command, Progress, Result> implements AsyncDisposable {
  readonly #options: ThreadPoolOptions;
  readonly #all = new Set<WorkerThread<Command, Progress, Result>>();
  readonly #idle: WorkerThread<Command, Progress, Result>[] = [];
  /** Those who wait for a thread, the first first. */
  readonly #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /**
   * Has a command obeyed as soon as a thread is free.
   * @throws the reason of the giver's signal, or what the command failed with
   */
  async run(command: Command, { progress = () => undefined, signal }: Giver<Progress> = {}): Promise<Result> {
    const thread = await this.#acquire(signal);
    try {
      return await thread.obey(command, progress, signal);
    } finally {
      this.#release(thread);
    }
  }

  /** Ends all threads. What they are at fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#all].map((thread) => thread.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #acquire(signal: AbortSignal | undefined): Promise<WorkerThread<Command, Progress, Result>> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#isClosed) throw new Error(`the ${this.#options.name} threads were closed`);
      const thread = this.#idle.pop() ?? this.#start();
      if (thread) return thread;
      await this.#nextFree(signal);
    }
  }

  #start(): WorkerThread<Command, Progress, Result> | undefined {
    const { size, findWorker, name } = this.#options;
    if (this.#all.size >= size) return undefined;
    const thread = new WorkerThread<Command, Progress, Result>(findWorker(), name);
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

  #release(thread: WorkerThread<Command, Progress, Result>): void {
    if (thread.isUsable) this.#idle.push(thread);
    else this.#all.delete(thread);
    this.#waiting.shift()?.();
  }
}
