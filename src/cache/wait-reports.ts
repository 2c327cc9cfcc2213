import type { LockOwner } from '../events/index.js';

/** By then a new holder has written who it is; shorter waits are not worth a word, nor are holders that come and go. */
const FIRST_REPORT_MS = 20;
const REPORT_INTERVAL_MS = 30_000;

/** When a waiter says whom it waits for: soon, again when that is somebody else or does something else, then as a reminder. */
export class WaitReports {
  #holder: string | undefined;
  /** What the holder was doing when it was told of; undefined when it was not. */
  #toldPhase: string | undefined;
  #newsAt = FIRST_REPORT_MS;
  #remindAt = Infinity;

  /** @param waitedMs so far. @returns whether to say it now */
  isDue(owner: LockOwner | null, waitedMs: number): boolean {
    const holder = owner?.token ?? '';
    const phase = owner?.phase ?? '';
    if (this.#holder !== undefined && holder !== this.#holder) {
      this.#newsAt = waitedMs + FIRST_REPORT_MS;
      this.#toldPhase = undefined;
    }
    this.#holder = holder;
    const hasChanged = this.#toldPhase !== undefined && this.#toldPhase !== phase;
    if (!hasChanged && waitedMs < Math.min(this.#newsAt, this.#remindAt)) return false;
    this.#toldPhase = phase;
    this.#newsAt = Infinity;
    this.#remindAt = waitedMs + REPORT_INTERVAL_MS;
    return true;
  }

  /** Milliseconds until there is something to say even if nothing changes. */
  untilDue(waitedMs: number): number {
    return Math.max(0, Math.min(this.#newsAt, this.#remindAt) - waitedMs);
  }
}
