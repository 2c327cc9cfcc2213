import { statSync } from 'node:fs';
import type { LockOwner } from '../events/index.js';
import { markContested } from './contested.js';
import type { LockPaths } from './layout.js';
import { judgeLiveness } from './liveness.js';
import { readStandingClaim, replaceClaim, takeFreeLock, type StandingClaim } from './lock-folder.js';
import type { Takeover } from './lock-messages.js';
import { describeHolder, describeOwner, recordState, type Holder } from './owner-record.js';
import type { ProcessIdentity } from './process-identity.js';

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly takeover: Takeover; readonly previousOwner: LockOwner | null }
  | { readonly kind: 'busy'; readonly owner: LockOwner | null };

/** A holder at the last look, and the state its record had then. */
interface SeenHolder {
  readonly standing: StandingClaim;
  readonly record: string;
  readonly holder: Holder;
}

/** One waiter's way to one lock. It remembers how long it has seen no sign of life from the holder. */
export class ClaimAttempt {
  readonly #watch = new HeartbeatWatch();
  #seen: SeenHolder | undefined;

  /** @param record what is told of us to those who wait, if the lock is free: else it stands in no claim */
  constructor(
    private readonly paths: LockPaths,
    private readonly claim: { readonly name: string; readonly record: string },
    private readonly self: ProcessIdentity,
    private readonly staleMs: number,
  ) {}

  /** Takes the lock if it is free or its holder is gone. Never waits. */
  try(): ClaimOutcome {
    const standing = readStandingClaim(this.paths);
    if (!standing) {
      const taken = takeFreeLock(this.paths, this.claim.name, this.claim.record);
      return taken ? { kind: 'claimed', takeover: 'none', previousOwner: null } : this.#overtaken();
    }
    const takeover = this.#mayTakeOver(standing);
    if (takeover === 'none') return this.#busy(standing);
    const owner = describeOwner(this.paths, standing);
    if (takeover === 'uncertain') markContested(this.paths, standing.name);
    if (!replaceClaim(this.paths, standing.name, this.claim.name)) return this.#overtaken();
    return { kind: 'claimed', takeover, previousOwner: owner };
  }

  /**
   * Who holds the lock, where it is certain that to try for it would be in vain. Mostly three questions to the system, so
   * that whoever waits long can ask often, and many can ask at once. Never takes the lock.
   * @returns undefined when it is worth trying
   */
  certainHolder(): Holder | undefined {
    if (this.#seen && this.#isUnchanged(this.#seen)) return this.#seen.holder;
    const standing = this.#standingClaim();
    return standing && this.#isAlive(standing) ? this.#see(standing) : undefined;
  }

  #isUnchanged({ standing, record }: SeenHolder): boolean {
    return this.#isAlive(standing) && isThere(this.paths.claim(standing.name)) && recordState(this.paths) === record;
  }

  #isAlive({ claim, heartbeat }: StandingClaim): boolean {
    return claim !== undefined && judgeLiveness(claim, this.self, heartbeat) === 'alive';
  }

  /** What cannot be read is for `try` to find out, and to tell. */
  #standingClaim(): StandingClaim | undefined {
    try {
      return readStandingClaim(this.paths);
    } catch {
      return undefined;
    }
  }

  /** Somebody else was faster. */
  #overtaken(): ClaimOutcome {
    const standing = readStandingClaim(this.paths);
    return standing ? this.#busy(standing) : { kind: 'busy', owner: null };
  }

  #busy(standing: StandingClaim): ClaimOutcome {
    return { kind: 'busy', owner: this.#see(standing).owner };
  }

  #see(standing: StandingClaim): Holder {
    // Before the record is read: when it changes in between, the next question finds out.
    const record = recordState(this.paths);
    const holder = describeHolder(this.paths, standing);
    this.#seen = { standing, record, holder };
    return holder;
  }

  #mayTakeOver(standing: StandingClaim): Takeover {
    const silentMs = this.#watch.silence(standing);
    const liveness = standing.claim ? judgeLiveness(standing.claim, this.self, standing.heartbeat) : 'unknown';
    if (liveness === 'dead') return 'certain';
    return liveness === 'unknown' && silentMs >= this.staleMs ? 'uncertain' : 'none';
  }
}

function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
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
