import type { Emit, Phase } from '../events/index.js';
import { lockPaths } from './layout.js';
import { dropClaim } from './lock-folder.js';
import type { LockReply, LockRequest, Takeover } from './lock-messages.js';

/**
 * Phases that end sooner are not told: people would read of a phase that is over, and each costs the other thread a
 * message and two files. Among many small packages one takes some 60 ms, of which it waits for the disk most of the time.
 */
const SHORTEST_PHASE_MS = 250;

/** A lock of this process. */
export class HeldLock implements AsyncDisposable {
  readonly takeover: Takeover;
  readonly #id: number;
  readonly #claimName: string;
  #releasing: Promise<void> | undefined;
  #onReleased: (() => void) | undefined;
  #gone = false;
  #phase: Phase | undefined;
  #telling: NodeJS.Timeout | undefined;

  constructor(
    reply: Extract<LockReply, { kind: 'held' }>,
    readonly name: string,
    private readonly emit: Emit,
    private readonly send: (request: LockRequest) => void,
  ) {
    this.takeover = reply.takeover;
    this.#id = reply.id;
    this.#claimName = reply.claimName;
  }

  setPhase(phase: Phase): void {
    this.#phase = phase;
    this.#telling ??= setTimeout(() => {
      this.#tellPhase();
    }, SHORTEST_PHASE_MS).unref();
  }

  #tellPhase(): void {
    this.#telling = undefined;
    if (this.#gone || this.#releasing || this.#phase === undefined) return;
    this.send({ kind: 'phase', id: this.#id, phase: this.#phase });
  }

  /** Resolves when others can take it. Harmless when done twice or after the lock was lost. */
  release(): Promise<void> {
    this.#releasing ??= this.#release();
    return this.#releasing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  #release(): Promise<void> {
    clearTimeout(this.#telling);
    if (this.#gone) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onReleased = resolve;
      this.send({ kind: 'release', id: this.#id });
    });
  }

  onReleased(): void {
    this.#gone = true;
    this.#onReleased?.();
  }

  /** Somebody took it away, or its folder is gone. The work goes on: a commit does not rely on the lock. */
  onLost(): void {
    this.emit({ kind: 'lock:lost', lock: this.name });
  }

  onWorkerDeath(locks: string): void {
    const wanted = !this.#releasing;
    // Nobody else would: this process lives, so others would wait for it.
    try {
      dropClaim(lockPaths(locks, this.name), this.#claimName);
    } catch {
      // Then they find out that this process has ended.
    }
    this.onReleased();
    if (wanted) this.onLost();
  }
}
