import { onAbort } from './on-abort.js';
import { WaitingLine } from './waiting-line.js';

interface Waiter {
  readonly admit: () => void;
  readonly urgency: () => number;
}

/** Lets at most `permits` pieces of work run at once. Those who wait are served by urgency, of equals the first. */
export class Semaphore {
  #free: number;
  readonly #waiting = new WaitingLine<Waiter>();

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
  async run<T>(work: () => Promise<T>, signal?: AbortSignal, urgency?: () => number): Promise<T> {
    const leave = await this.enter(signal, urgency);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /**
   * Takes a permit, as `run`, for work that may give it back before its end.
   * @returns gives it back; to call it again does nothing
   */
  async enter(signal?: AbortSignal, urgency: () => number = () => 0): Promise<() => void> {
    await this.#acquire(signal, urgency);
    let isInside = true;
    return () => {
      if (isInside) this.#release();
      isInside = false;
    };
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
        letGo?.();
        resolve();
      },
    };
    const leave = (): void => {
      this.#waiting.leave(waiter);
      reject(signal?.reason);
    };
    this.#waiting.add(waiter);
    const letGo = signal && onAbort(signal, leave);
    return promise;
  }

  /** Hands the permit straight to the next in line, so that a newcomer cannot overtake it. */
  #release(): void {
    const next = this.#waiting.next();
    if (next) next.admit();
    else this.#free += 1;
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
