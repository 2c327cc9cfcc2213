import { setTimeout as delay } from 'node:timers/promises';
import type { ChildRegistry } from './child-registry.js';
import type { RunningChild } from './child.js';
import type { ProcessGroup } from './process-group.js';

/** Why a child is ended before it ends by itself. */
export type StopReason = { readonly kind: 'timeout' } | { readonly kind: 'failure'; readonly error: unknown };

const DEFAULT_GRACE_MS = 5000;
/** How long members may take to vanish after SIGKILL before we go on: a member in the kernel's hands dies later. */
const VANISH_MS = 1000;
const POLL_MS = 20;

export interface TerminationOptions {
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly killGraceMs?: number | undefined;
  /** Knows of the group until nobody is left in it. */
  readonly children?: ChildRegistry | undefined;
}

/** Ends a process group: SIGTERM, a grace period, SIGKILL. Only the first reason counts. */
export class Termination {
  reason: StopReason | undefined;
  #finished: Promise<void> = Promise.resolve();
  readonly #group: ProcessGroup;
  readonly #leaderExit: Promise<unknown>;
  readonly #graceMs: number;
  readonly #children: ChildRegistry | undefined;

  constructor({ group, exit }: Pick<RunningChild, 'group' | 'exit'>, options: TerminationOptions) {
    this.#group = group;
    this.#leaderExit = exit;
    this.#graceMs = options.killGraceMs ?? DEFAULT_GRACE_MS;
    this.#children = options.children;
  }

  begin(reason: StopReason): void {
    if (this.reason) return;
    this.reason = reason;
    const leave = this.#children?.add(this.#group);
    this.#finished = this.#terminate().finally(leave);
  }

  /** Resolves when the group is gone, at once if nobody asked for its end. */
  finished(): Promise<void> {
    return this.#finished;
  }

  async #terminate(): Promise<void> {
    this.#group.kill('SIGTERM');
    if (await this.#isGoneWithin(this.#graceMs)) return;
    this.#group.kill('SIGKILL');
    await this.#leaderExit;
    await this.#isGoneWithin(VANISH_MS);
  }

  async #isGoneWithin(milliseconds: number): Promise<boolean> {
    const timer = new AbortController();
    const timeIsUp = delay(milliseconds, false, { signal: timer.signal }).catch(() => false);
    const leaderIsGone = this.#leaderExit.then(() => true);
    const deadline = performance.now() + milliseconds;
    try {
      if (!(await Promise.race([leaderIsGone, timeIsUp]))) return false;
      return await this.#othersAreGoneBy(deadline);
    } finally {
      timer.abort();
    }
  }

  /** No event tells that a group is empty, so it is asked now and then. */
  async #othersAreGoneBy(deadline: number): Promise<boolean> {
    while (this.#group.hasLiveMember()) {
      if (performance.now() >= deadline) return false;
      await delay(POLL_MS);
    }
    return true;
  }
}
