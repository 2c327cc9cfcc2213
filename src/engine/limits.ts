import { Semaphore } from '../support/semaphore.js';
import type { CoreBudget } from './jobserver/index.js';

/** How much a run may do at once. All counts are at least 1. */
export interface LimitOptions {
  /** Cores for recipe code and scripts (`--jobs`). */
  readonly jobs: number;
  /** Packages whose phases run at once (`--packages`). */
  readonly packages: number;
}

/** The shares of a run: a phase holds what it uses only while it runs, never while it waits for another package. */
export class Limits implements Disposable {
  readonly #packages: Semaphore;
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
    this.extraction = new Semaphore(options.jobs);
  }

  /** Runs one phase of one package inside the `--packages` limit. */
  whileActive<T>(work: () => Promise<T>, signal: AbortSignal, urgency?: () => number): Promise<T> {
    return this.#packages.run(work, signal, urgency);
  }

  [Symbol.dispose](): void {
    this.cores[Symbol.dispose]();
  }
}
