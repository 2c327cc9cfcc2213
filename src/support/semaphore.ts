import { allowManyListeners } from './many-listeners.js';

interface Waiter {
  readonly admit: () => void;
}

/** Lets at most `permits` pieces of work run at once; those who wait are served in the order they came. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<Waiter>();

  constructor(permits: number) {
    if (!Number.isInteger(permits) || permits < 1) {
      throw new RangeError(`a semaphore needs at least one permit, got ${permits}`);
    }
    this.#free = permits;
  }

  /** Runs `work` when a permit is free. Rejects with the signal's reason when aborted before `work` starts. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#acquire(signal);
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  async #acquire(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await this.#wait(signal);
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = deferred();
    const waiter: Waiter = {
      admit: () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      },
    };
    const leave = (): void => {
      this.#waiting.delete(waiter);
      reject(signal?.reason);
    };
    this.#waiting.add(waiter);
    if (signal) allowManyListeners(signal);
    signal?.addEventListener('abort', leave, { once: true });
    return promise;
  }

  /** Hands the permit straight to the next in line, so that a newcomer cannot overtake it. */
  #release(): void {
    const next = this.#waiting.values().next();
    if (next.done === true) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next.value);
    next.value.admit();
  }
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

function deferred(): Deferred {
  let resolve!: () => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
