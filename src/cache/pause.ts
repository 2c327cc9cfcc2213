/** The pause between two looks at a lock, which can be cut short. */
export class Pause {
  #cancelled = false;
  #woken = false;
  #end: (() => void) | undefined;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /**
   * Returns after `ms` milliseconds, or as soon as it is woken or cancelled; at once if it was since the last one.
   * @returns whether it was woken
   */
  async wait(ms: number): Promise<boolean> {
    if (!this.#cancelled && !this.#woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const wasWoken = this.#woken;
    this.#end = undefined;
    this.#woken = false;
    return wasWoken;
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
