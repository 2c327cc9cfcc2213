import { Semaphore } from '../support/semaphore.js';
import type { CoreBudget } from './jobserver/index.js';

/** How much a run may do at once. All counts are at least 1. */
export interface LimitOptions {
  /** Cores for recipe code and scripts (`--jobs`). */
  readonly jobs: number;
  /** Packages whose phases run at once (`--packages`). */
  readonly packages: number;
  /** Packages that hold a lock, folders and a log; default: somewhat more than those. */
  readonly begun?: number;
}

/** The shares of a run: a phase holds what it uses only while it runs, never while it waits for another package. */
export class Limits implements Disposable {
  readonly #packages: Semaphore;
  /** Packages that have begun to be made: each has a lock, folders, a log, and mostly a Lua state, so thousands at once are too many. */
  readonly #begun: Semaphore;
  /** Archives unpacked at once. */
  readonly extraction: Semaphore;
  /** There is one terminal: interactive scripts take turns. */
  readonly terminal = new Semaphore(1);

  /** @param cores for stage, build and install scripts and functions; checks, downloads and deploys are brief, and take none */
  constructor(
    options: LimitOptions,
    readonly cores: CoreBudget,
  ) {
    this.#packages = new Semaphore(options.packages);
    const begun = Math.max(FEWEST_BEGUN, BEGUN_FOR_EACH_PLACE * options.packages);
    this.#begun = new Semaphore(Math.min(begun, options.begun ?? Infinity));
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

  [Symbol.dispose](): void {
    this.cores[Symbol.dispose]();
  }
}

/** So that those at work need not wait for the locks and folders of the next. */
const BEGUN_FOR_EACH_PLACE = 2;
/** So few cost nothing, and with few places too the most urgent of several that are ready is to go first. */
const FEWEST_BEGUN = 16;
