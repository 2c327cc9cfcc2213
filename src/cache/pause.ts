/** The pause between two looks at a lock, which can be cut short. */
export class Pause {
  #cancelled = false;
  #end: (() => void) | undefined;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Returns after `ms` milliseconds, or as soon as it is woken or cancelled. */
  wait(ms: number): Promise<void> {
    if (this.#cancelled) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake(): void {
    this.#end?.();
  }

  cancel(): void {
    this.#cancelled = true;
    this.wake();
  }
}
