interface Entry {
  readonly value: Promise<unknown>;
  readonly signal: AbortSignal;
}

/** Does each piece of work once, however many ask for it at once or later. Failures are forgotten. */
export class Remembered {
  readonly #entries = new Map<string, Entry>();

  /** @param key names the work and so the type of its result: two kinds of work never share one */
  async get<Value>(key: string, signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
    for (;;) {
      signal.throwIfAborted();
      const entry = this.#entries.get(key);
      if (!entry) return this.#start(key, signal, work);
      try {
        return (await entry.value) as Value;
      } catch (error) {
        // The work was cut short for somebody else who gave up: we did not, so it is ours to do now.
        if (!entry.signal.aborted || signal.aborted) throw error;
        this.#forget(key, entry);
      }
    }
  }

  async #start<Value>(key: string, signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
    const value = work();
    const entry = { value, signal };
    this.#entries.set(key, entry);
    try {
      return await value;
    } catch (error) {
      this.#forget(key, entry);
      throw error;
    }
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
