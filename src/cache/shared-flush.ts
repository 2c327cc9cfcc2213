/**
 * One flush at a time. Who asks while one is under way waits for the next, because that one may have passed by what was
 * written since; all who wait share it.
 */
export class SharedFlush {
  #current: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;

  /** @param run flushes all that a place lies on; never rejects */
  constructor(private readonly run: (place: string) => Promise<boolean>) {}

  /** Resolves with what a flush says that began after this call. */
  flush(place: string): Promise<boolean> {
    if (this.#next) return this.#next;
    if (!this.#current) return this.#start(place);
    this.#next = this.#current.then(() => {
      this.#next = undefined;
      return this.#start(place);
    });
    return this.#next;
  }

  #start(place: string): Promise<boolean> {
    const current = this.run(place).finally(() => {
      if (this.#current === current) this.#current = undefined;
    });
    this.#current = current;
    return current;
  }
}
