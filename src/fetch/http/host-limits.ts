import { Semaphore } from '../../support/semaphore.js';

/** Lets only so many downloads from one host run at once. */
export class HostLimits {
  readonly #semaphores = new Map<string, Semaphore>();

  constructor(private readonly perHost: number) {}

  run<T>(host: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let semaphore = this.#semaphores.get(host);
    if (!semaphore) this.#semaphores.set(host, (semaphore = new Semaphore(this.perHost)));
    return semaphore.run(work, signal);
  }
}
