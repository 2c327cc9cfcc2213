import { allowManyListeners } from './many-listeners.js';

interface Waiter {
  readonly admit: () => void;
  readonly urgency: () => number;
}

/** Lets at most `permits` pieces of work run at once. Those who wait are served by urgency, of equals the first. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<Waiter>();

  constructor(permits: number) {
    if (!Number.isInteger(permits) || permits < 1) {
      throw new RangeError(`a semaphore needs at least one permit, got ${permits}`);
    }
    this.#free = permits;
  }

  /**
   * Runs `work` when a permit is free. Rejects with the signal's reason when aborted before `work` starts.
   * @param urgency asked each time when one of several is served
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal, urgency: () => number = () => 0): Promise<T> {
    await this.#acquire(signal, urgency);
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  async #acquire(signal: AbortSignal | undefined, urgency: () => number): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await this.#wait(signal, urgency);
  }

  #wait(signal: AbortSignal | undefined, urgency: () => number): Promise<void> {
    const { promise, resolve, reject } = deferred();
    const waiter: Waiter = {
      urgency,
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
    const next = mostUrgent(this.#waiting);
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next.admit();
  }
}

/** Of equals the first. */
export function mostUrgent<T extends { readonly urgency: () => number }>(waiting: Iterable<T>): T | undefined {
  let found: T | undefined;
  let most = -Infinity;
  for (const waiter of waiting) {
    const urgency = waiter.urgency();
    if (urgency <= most) continue;
    [found, most] = [waiter, urgency];
  }
  return found;
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
