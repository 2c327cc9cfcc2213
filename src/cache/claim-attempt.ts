import type { LockOwner } from '../events/index.js';
import { markContested } from './contested.js';
import type { LockPaths } from './layout.js';
import { judgeLiveness } from './liveness.js';
import { readStandingClaim, replaceClaim, takeFreeLock, type StandingClaim } from './lock-folder.js';
import type { Takeover } from './lock-messages.js';
import { describeOwner } from './owner-record.js';
import type { ProcessIdentity } from './process-identity.js';

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly takeover: Takeover; readonly previousOwner: LockOwner | null }
  | { readonly kind: 'busy'; readonly owner: LockOwner | null };

/** One waiter's way to one lock. It remembers how long it has seen no sign of life from the holder. */
export class ClaimAttempt {
  readonly #watch = new HeartbeatWatch();

  constructor(
    private readonly paths: LockPaths,
    private readonly claimName: string,
    private readonly self: ProcessIdentity,
    private readonly staleMs: number,
  ) {}

  /** Takes the lock if it is free or its holder is gone. Never waits. */
  async try(): Promise<ClaimOutcome> {
    const standing = await readStandingClaim(this.paths);
    if (!standing) {
      const taken = await takeFreeLock(this.paths, this.claimName);
      return taken ? { kind: 'claimed', takeover: 'none', previousOwner: null } : this.#busy();
    }
    const owner = await describeOwner(this.paths, standing);
    const takeover = this.#mayTakeOver(standing);
    if (takeover === 'none') return { kind: 'busy', owner };
    if (takeover === 'uncertain') await markContested(this.paths, standing.name);
    if (!(await replaceClaim(this.paths, standing.name, this.claimName))) return this.#busy();
    return { kind: 'claimed', takeover, previousOwner: owner };
  }

  /** Somebody else was faster. */
  async #busy(): Promise<ClaimOutcome> {
    const standing = await readStandingClaim(this.paths);
    return { kind: 'busy', owner: standing ? await describeOwner(this.paths, standing) : null };
  }

  #mayTakeOver(standing: StandingClaim): Takeover {
    const silentMs = this.#watch.silence(standing);
    const liveness = standing.claim ? judgeLiveness(standing.claim, this.self, standing.heartbeat) : 'unknown';
    if (liveness === 'dead') return 'certain';
    return liveness === 'unknown' && silentMs >= this.staleMs ? 'uncertain' : 'none';
  }
}

/**
 * Measures silence with this process's own clock, from when it first saw a heartbeat: the clocks of two machines
 * differ, and a file server's is a third one.
 */
class HeartbeatWatch {
  #seen = '';
  #since = 0;

  /** Milliseconds for which this claim has shown the same heartbeat. */
  silence(standing: StandingClaim): number {
    const seen = `${standing.name} ${standing.heartbeat}`;
    const now = performance.now();
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#since = now;
    }
    return now - this.#since;
  }
}
