import { EXIT, FettleError } from '../errors/index.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type EndingSignal = (typeof SIGNALS)[number];

/** POSIX: 128 and the signal's number. */
const EXIT_CODES: Readonly<Record<EndingSignal, number>> = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  SIGHUP: 129,
};

/** Undefined for what is no signal that ends a command. */
export function exitCodeOfSignal(name: unknown): number | undefined {
  const signal = SIGNALS.find((each) => each === name);
  return signal && EXIT_CODES[signal];
}

/**
 * The first signal asks the run to end: no new work, scripts are terminated, locks released. The second one ends it now.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  #exitCode: number | undefined;
  readonly #listeners = new Map<EndingSignal, () => void>();

  /** @param now called on the second signal, right before the process exits */
  constructor(now: () => void) {
    for (const name of SIGNALS) {
      const listener = (): void => {
        if (this.#exitCode !== undefined) {
          now();
          process.exit(EXIT_CODES[name]);
        }
        this.#exitCode = EXIT_CODES[name];
        this.#controller.abort(new FettleError('E_INTERRUPTED', `interrupted by ${name}`, { facts: { signal: name } }));
      };
      this.#listeners.set(name, listener);
      process.on(name, listener);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code of the process when it was interrupted, else undefined. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) process.off(name, listener);
  }
}
