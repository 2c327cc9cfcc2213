/**
 * Does for all who ask at once what is dear and does the same for each of them. Who asks while it is being done waits for
 * it to be done once more: what they want to see in it may have come too late for the first time.
 */
export class GatheredFlush {
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(private readonly flush: () => Promise<void>) {}

  /** Resolves when it has been done from beginning to end since the call. */
  readonly request = (): Promise<void> => {
    if (!this.#running) return this.#begin();
    this.#next ??= this.#running.catch(() => undefined).then(() => this.#begin());
    return this.#next;
  };

  #begin(): Promise<void> {
    this.#next = undefined;
    const running = this.flush().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
