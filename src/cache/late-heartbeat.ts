/** What keeps a heartbeat: it resolves when the first one has been given, to what ends them and frees the lock. */
export type BeginHeartbeat = () => Promise<() => Promise<void>>;

export interface LateHeartbeatOptions {
  readonly begin: BeginHeartbeat;
  /** Frees a lock that has no heartbeat. */
  readonly free: () => void;
  /** The lock is no longer ours. */
  readonly onLost: () => void;
  /** Milliseconds from the taking of the lock to the beginning; less than a heartbeat may take. */
  readonly afterMs: number;
}

/**
 * The heartbeat of one lock. To take a lock is one, and most locks are given back long before the next is due: to begin
 * with it costs several times as much as such a lock itself, so it is begun only for those that last.
 */
export class LateHeartbeat {
  readonly #timer: NodeJS.Timeout;
  #stop: Promise<(() => Promise<void>) | undefined> | undefined;

  constructor(private readonly options: LateHeartbeatOptions) {
    this.#timer = setTimeout(() => {
      this.#stop = this.#begin();
    }, options.afterMs);
  }

  /** Ends it and frees the lock. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    const stop = await this.#stop;
    if (stop) await stop();
    else this.options.free();
  }

  /** Where it cannot begin, nobody would see that this lock is held. */
  async #begin(): Promise<(() => Promise<void>) | undefined> {
    try {
      return await this.options.begin();
    } catch {
      this.options.onLost();
      return undefined;
    }
  }
}
