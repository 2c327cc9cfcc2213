import { FettleError, type Fact } from '../errors/index.js';
import type { Emit, LockOwner } from '../events/index.js';
import type { HeldLock } from './held-lock.js';
import type { LockReply } from './lock-messages.js';

type Reply<K extends LockReply['kind']> = Extract<LockReply, { kind: K }>;

/** A lock that was asked for and is not decided yet. */
export class PendingLock {
  readonly outcome: Promise<HeldLock>;
  readonly emit: Emit;
  readonly #signal: AbortSignal;
  #resolve!: (held: HeldLock) => void;
  #reject!: (reason: unknown) => void;
  readonly #leave = (): void => {
    this.#reject(this.#signal.reason);
    this.cancel();
  };

  constructor(
    readonly name: string,
    wish: { readonly emit: Emit; readonly signal: AbortSignal },
    private readonly cancel: () => void,
  ) {
    this.emit = wish.emit;
    this.#signal = wish.signal;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    wish.signal.addEventListener('abort', this.#leave, { once: true });
  }

  onWaiting({ owner, waitedMs }: Reply<'waiting'>): void {
    if (!this.#signal.aborted) this.emit({ kind: 'lock:wait', lock: this.name, owner, waitedMs });
  }

  /** @returns false when nobody waits for it any more */
  onHeld({ takeover, previousOwner, waitedMs }: Reply<'held'>, held: HeldLock): boolean {
    if (this.#signal.aborted) return false;
    this.#settled();
    if (takeover !== 'none') {
      const certain = takeover === 'certain';
      this.emit({ kind: 'lock:taken-over', lock: this.name, owner: previousOwner, certain });
    }
    this.emit({ kind: 'lock:acquired', lock: this.name, waitedMs });
    this.#resolve(held);
    return true;
  }

  onTimedOut({ owner, waitedMs }: Reply<'timed-out'>): void {
    this.fail(
      new FettleError('E_LOCK_TIMEOUT', `${nameOf(owner)} has been working on ${this.name} for too long`, {
        facts: { lock: this.name, waitedMs, ...ownerFacts(owner) },
        hint: 'Wait for it to end, or give more time with --lock-timeout.',
      }),
    );
  }

  fail(reason: unknown): void {
    this.#settled();
    this.#reject(reason);
  }

  #settled(): void {
    this.#signal.removeEventListener('abort', this.#leave);
  }
}

function nameOf(owner: LockOwner | null): string {
  return owner ? `process ${owner.pid} on ${owner.host}` : 'another process';
}

function ownerFacts(owner: LockOwner | null): Record<string, Fact> {
  if (!owner) return { owner: 'unknown' };
  return {
    pid: owner.pid,
    host: owner.host,
    since: new Date(owner.since).toISOString(),
    ...(owner.phase !== null && { phase: owner.phase }),
    ...(owner.logFile !== null && { log: owner.logFile }),
  };
}
