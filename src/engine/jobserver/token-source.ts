/**
 * Where the cores of a run come from, beyond the one that every run has: without that one, runs that share a source
 * could wait for each other for ever.
 */
export interface TokenSource extends Disposable {
  /** Cores that this run may use at most, its first one included; with others at work it may become less for a while. */
  readonly limit: number;
  /** What lies unused here is missed elsewhere, and tokens may come at any time without anybody telling. */
  readonly isShared: boolean;
  /** Called before cores are wanted. @throws FettleError when there can be none */
  open(): void;
  /** Takes tokens that are free at once. @returns how many, `count` at most */
  take(count: number): number;
  giveBack(count: number): void;
  /** Called now and then while somebody is at work, so that a shared source can look around. */
  refresh(): void;
  /** Called when nobody is at work: not even the first core is used. */
  rest(): void;
}

/** The cores of one run, which nobody else uses. */
export class RunTokens implements TokenSource {
  readonly isShared = false;
  readonly limit: number;
  #free: number;

  /** @param cores at least 1 */
  constructor(cores: number) {
    this.limit = cores;
    this.#free = cores - 1;
  }

  open(): void {
    // Nothing is needed outside of this process.
  }

  take(count: number): number {
    const taken = Math.min(count, this.#free);
    this.#free -= taken;
    return taken;
  }

  giveBack(count: number): void {
    this.#free += count;
  }

  refresh(): void {
    // Nobody else is there.
  }

  rest(): void {
    // Nobody else is there.
  }

  [Symbol.dispose](): void {
    // Nothing is held outside of this process.
  }
}
