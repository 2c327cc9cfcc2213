import { claimName, newClaim, parseClaimName } from './claim.js';
import { judgeLiveness } from './liveness.js';
import { identifyProcess } from './process-identity.js';

/** A file name that nobody else has ever used, and that tells whose it is. */
export function ownName(pid: number): string {
  return claimName(newClaim(identifyProcess(pid)));
}

/** Whether a name that `ownName` gave is that of a process which is certainly dead. */
export function isNameOfDead(name: string, pid: number): boolean {
  const claim = parseClaimName(name);
  return claim !== undefined && judgeLiveness(claim, identifyProcess(pid), Infinity) === 'dead';
}
