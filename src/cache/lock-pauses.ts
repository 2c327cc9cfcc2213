import { LockWatch } from './lock-watch.js';
import type { Pause } from './pause.js';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 250;
/** Where the end of a hold is told by the system, asking only finds holders of this machine that were killed. */
const LONGEST_WATCHED_PAUSE_MS = 2000;
const GROWTH = 1.5;
/** So often the lock may be free when it is to be watched, and somebody else's a moment later, before that costs a pause. */
const MOST_MISSES = 8;

/** The pauses of one waiter between its looks at a lock: short at first, ended early by what the system tells. */
export class LockPauses implements Disposable {
  #watch: LockWatch | undefined;
  #nextMs = FIRST_PAUSE_MS;
  #misses = 0;

  constructor(
    private readonly folder: string,
    private readonly pause: Pause,
  ) {}

  /** To be called before a look: what happens after it ends the pause. */
  beforeLook(): void {
    // A lock that changes hands gets another folder; a watch that has seen it knows nothing of that one.
    if (this.#watch?.isWatching === true && !this.#watch.hasChanged) return;
    this.#watch?.[Symbol.dispose]();
    this.#watch = new LockWatch(this.folder, () => {
      this.pause.wake();
    });
  }

  /**
   * @param longestMs not longer than this
   * @param isOfThisMachine whether the holder is, so that what it does can be seen at all
   */
  async wait(longestMs: number, isOfThisMachine: boolean): Promise<void> {
    if (this.#hasMissedTheChange()) return;
    const isTold = this.#watch?.isWatching === true && isOfThisMachine;
    this.#nextMs = Math.min(this.#nextMs, isTold ? LONGEST_WATCHED_PAUSE_MS : LONGEST_PAUSE_MS);
    const wasWoken = await this.pause.wait(Math.min(this.#nextMs, longestMs));
    this.#nextMs = wasWoken ? FIRST_PAUSE_MS : this.#nextMs * GROWTH;
  }

  /** The look came too late for a free lock, and nothing would tell when the new holder frees it. */
  #hasMissedTheChange(): boolean {
    const isMiss = this.#watch === undefined || this.#watch.foundNothing;
    this.#misses = isMiss ? this.#misses + 1 : 0;
    return isMiss && this.#misses <= MOST_MISSES;
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
  }
}
