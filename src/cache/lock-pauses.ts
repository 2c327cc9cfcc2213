import { LifelineWatch } from './lifeline.js';
import { LockWatch } from './lock-watch.js';
import type { Pause } from './pause.js';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 250;
/** Where the end of a hold is told by the system, asking only finds holders of this machine that were killed. */
const LONGEST_WATCHED_PAUSE_MS = 2000;
/** Where their end is told as well, asking only makes up for what the system has failed to tell. */
const LONGEST_TOLD_PAUSE_MS = 30_000;
const GROWTH = 1.5;
const TOLD_GROWTH = 4;
/** So often the lock may be free when it is to be watched, and somebody else's a moment later, before that costs a pause. */
const MOST_MISSES = 8;
/** What the holder says of itself is looked at so soon. Not at once: it may go through many phases quickly. */
const NEWS_WITHIN_MS = 200;

/** Whom a waiter waits for. */
export interface AwaitedHolder {
  /** Whether it runs here, so that what it does can be seen at all. */
  readonly isOfThisMachine: boolean;
  /** Undefined where its end is not told. */
  readonly lifeline: string | undefined;
}

/** The pauses of one waiter between its looks at a lock: short at first, ended early by what the system tells. */
export class LockPauses implements Disposable {
  #watch: LockWatch | undefined;
  #lifeline: LifelineWatch | undefined;
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
    this.#watch = new LockWatch(this.folder, {
      onChange: () => {
        this.pause.wake();
      },
      onNews: () => {
        this.pause.hasten(NEWS_WITHIN_MS);
      },
    });
  }

  /** @param longestMs not longer than this */
  async wait(longestMs: number, holder: AwaitedHolder): Promise<void> {
    if (this.#hasMissedTheChange()) return;
    const longest = this.#longestPauseFor(holder);
    this.#nextMs = Math.min(this.#nextMs, longest);
    const wasWoken = await this.pause.wait(Math.min(this.#nextMs, longestMs));
    const growth = longest === LONGEST_TOLD_PAUSE_MS ? TOLD_GROWTH : GROWTH;
    this.#nextMs = wasWoken ? FIRST_PAUSE_MS : this.#nextMs * growth;
  }

  #longestPauseFor({ isOfThisMachine, lifeline }: AwaitedHolder): number {
    const isToldOfRelease = this.#watch?.isWatching === true && isOfThisMachine;
    if (!isToldOfRelease) return LONGEST_PAUSE_MS;
    return this.#isToldOfEnd(lifeline) ? LONGEST_TOLD_PAUSE_MS : LONGEST_WATCHED_PAUSE_MS;
  }

  #isToldOfEnd(lifeline: string | undefined): boolean {
    if (this.#lifeline?.path !== lifeline || !this.#lifeline?.isWatching) this.#watchLifeline(lifeline);
    return this.#lifeline?.isWatching === true;
  }

  #watchLifeline(lifeline: string | undefined): void {
    this.#lifeline?.[Symbol.dispose]();
    const onEnd = (): void => {
      this.pause.wake();
    };
    this.#lifeline = lifeline === undefined ? undefined : new LifelineWatch(lifeline, onEnd);
  }

  /** The look came too late for a free lock, and nothing would tell when the new holder frees it. */
  #hasMissedTheChange(): boolean {
    const isMiss = this.#watch === undefined || this.#watch.foundNothing;
    this.#misses = isMiss ? this.#misses + 1 : 0;
    return isMiss && this.#misses <= MOST_MISSES;
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
    this.#lifeline?.[Symbol.dispose]();
  }
}
