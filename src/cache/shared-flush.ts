/**
 * One flush at a time. Who asks while one is under way waits for the next, because that one may have passed by what was
 * written since; all who wait share it.
 *
 * After the first failure there is no other flush: the system tells each failure once, so the next one would seem to go
 * well for whoever the failure concerns.
 */
export class SharedFlush {
  #current: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;
  #hasFailed = false;

  /** @param run flushes all that a place lies on, and says whether it did */
  constructor(private readonly run: (place: string) => Promise<boolean>) {}

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

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
    this.#current = this.#attempt(place).finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }

  async #attempt(place: string): Promise<boolean> {
    if (this.#hasFailed) return false;
    const isDone = await this.run(place).catch(() => false);
    this.#hasFailed = !isDone;
    return isDone;
  }
}
