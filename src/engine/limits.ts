import { onAbort } from '../support/on-abort.js';
import { Semaphore } from '../support/semaphore.js';
import { WaitingLine } from '../support/waiting-line.js';

/** How much a run may do at once. All counts are at least 1. */
export interface LimitOptions {
  /** Cores for recipe code and scripts (`--jobs`). */
  readonly jobs: number;
  /** Packages whose phases run at once (`--packages`). */
  readonly packages: number;
}

/** The shares of a run: a phase holds what it uses only while it runs, never while it waits for another package. */
export class Limits {
  readonly #packages: Semaphore;
  /** Packages that have begun to be made: each has a lock, folders, a log, and mostly a Lua state, so thousands at once are too many. */
  readonly #begun: Semaphore;
  /** For stage, build and install scripts and functions. Checks, downloads and deploys are brief and take none. */
  readonly cores: CoreBudget;
  /** Archives unpacked at once. */
  readonly extraction: Semaphore;
  /** There is one terminal: interactive scripts take turns. */
  readonly terminal = new Semaphore(1);

  constructor(options: LimitOptions) {
    this.#packages = new Semaphore(options.packages);
    this.#begun = new Semaphore(Math.max(FEWEST_BEGUN, BEGUN_FOR_EACH_PLACE * options.packages));
    this.cores = new CoreBudget(options.jobs);
    this.extraction = new Semaphore(options.jobs);
  }

  /**
   * Waits until a package may begin to be made. Whoever then waits for other packages must leave first: they may not have
   * begun yet.
   * @returns leaves; to call it again does nothing
   */
  begin(signal: AbortSignal, urgency: () => number): Promise<() => void> {
    return this.#begun.enter(signal, urgency);
  }

  /** Runs one phase of one package inside the `--packages` limit. */
  whileActive<T>(work: () => Promise<T>, signal: AbortSignal, urgency?: () => number): Promise<T> {
    return this.#packages.run(work, signal, urgency);
  }
}

/** So that those at work need not wait for the locks and folders of the next. */
const BEGUN_FOR_EACH_PLACE = 2;
/** So few cost nothing, and with few places too the most urgent of several that are ready is to go first. */
const FEWEST_BEGUN = 16;

interface CoreWaiter {
  readonly most: number;
  readonly grant: (cores: number) => void;
  readonly urgency: () => number;
}

/**
 * Divides the cores among the phases that want some. Each gets an equal share of the whole, counted among those that
 * run and those that wait at that moment, and at least one; nobody is granted cores that another still holds. The most
 * urgent of those that wait is served first.
 */
export class CoreBudget {
  readonly #total: number;
  #free: number;
  #running = 0;
  readonly #waiters = new WaitingLine<CoreWaiter>();

  constructor(total: number) {
    this.#total = total;
    this.#free = total;
  }

  /**
   * Runs work with at most `most` cores.
   * @throws the signal's reason when it aborts before the cores are granted
   */
  async use<T>(
    most: number,
    work: (cores: number) => Promise<T>,
    signal: AbortSignal,
    urgency: () => number = () => 0,
  ): Promise<T> {
    const cores = await this.#acquire(most, signal, urgency);
    try {
      return await work(cores);
    } finally {
      this.#free += cores;
      this.#running -= 1;
      this.#grantWaiting();
    }
  }

  #acquire(most: number, signal: AbortSignal, urgency: () => number): Promise<number> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const waiter: CoreWaiter = {
        most,
        urgency,
        grant: (cores) => {
          letGo();
          resolve(cores);
        },
      };
      const letGo = onAbort(signal, () => {
        this.#waiters.leave(waiter);
        reject(signal.reason as Error);
      });
      this.#waiters.add(waiter);
      // A turn later, so that phases that become ready together share the cores evenly.
      setImmediate(() => {
        this.#grantWaiting();
      });
    });
  }

  #grantWaiting(): void {
    while (this.#free > 0) {
      const waiter = this.#waiters.next();
      if (!waiter) return;
      const sharers = this.#running + this.#waiters.length + 1;
      const share = Math.max(1, Math.floor(this.#total / sharers));
      const cores = Math.min(this.#free, waiter.most, share);
      this.#free -= cores;
      this.#running += 1;
      waiter.grant(cores);
    }
  }
}
