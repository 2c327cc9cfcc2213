import { uptime } from 'node:os';
import { hasCode } from '../errors/index.js';
import type { Claim } from './claim.js';
import { readProcessState, type ProcessIdentity } from './process-identity.js';

/** `unknown`: this machine cannot tell, only a heartbeat can. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/**
 * Whether the process behind a claim lives. `dead` is only said when it is certain.
 * @param heartbeat when the claim was last refreshed, milliseconds since the epoch
 */
export function judgeLiveness(claim: Claim, self: ProcessIdentity, heartbeat: number): Liveness {
  if (claim.host !== self.host) return 'unknown';
  if (claim.bootId !== self.bootId) return judgeEarlierBoot(claim, self, heartbeat);
  if (claim.pidNamespace !== self.pidNamespace) return 'unknown';
  return judgeProcess(claim);
}

/**
 * Host names are not unique: another boot id may be this machine before it was restarted, or another machine with the
 * same name. A heartbeat from after this machine's start can only come from another one.
 */
function judgeEarlierBoot(claim: Claim, self: ProcessIdentity, heartbeat: number): Liveness {
  if (claim.bootId === null || self.bootId === null) return 'unknown';
  const bootedAt = Date.now() - uptime() * 1000;
  return heartbeat < bootedAt ? 'dead' : 'unknown';
}

function judgeProcess(claim: Claim): Liveness {
  if (!processExists(claim.pid)) return 'dead';
  const state = readProcessState(claim.pid);
  // Without a start time the number may have gone to another process.
  if (!state || claim.startTime === null) return 'unknown';
  return state.zombie || state.startTime !== claim.startTime ? 'dead' : 'alive';
}

/** Signal 0 only asks; EPERM means that it exists and belongs to somebody else. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}
