/** The pause between two looks at a lock, which can be cut short. */
export class Pause {
  #cancelled = false;
  #woken = false;
  /** By the clock of `performance`. */
  #latestEnd = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #end: (() => void) | undefined;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /**
   * Returns after `ms` milliseconds, or as soon as it is woken or cancelled; at once if it was since the last one.
   * @returns whether it was woken
   */
  async wait(ms: number): Promise<boolean> {
    if (!this.#cancelled && !this.#woken) await this.#last(ms);
    const wasWoken = this.#woken;
    this.#woken = false;
    this.#latestEnd = Infinity;
    return wasWoken;
  }

  async #last(ms: number): Promise<void> {
    this.hasten(ms);
    await new Promise<void>((resolve) => {
      this.#end = resolve;
      this.#startTimer();
    });
    clearTimeout(this.#timer);
    this.#end = undefined;
  }

  /** Has the pause, or the next one if there is none now, end at most `ms` milliseconds from now. */
  hasten(ms: number): void {
    const end = performance.now() + ms;
    if (end >= this.#latestEnd) return;
    this.#latestEnd = end;
    if (this.#end) this.#startTimer();
  }

  #startTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end?.(), Math.max(0, this.#latestEnd - performance.now()));
  }

  wake(): void {
    this.#woken = true;
    this.#end?.();
  }

  cancel(): void {
    this.#cancelled = true;
    this.wake();
  }
}
