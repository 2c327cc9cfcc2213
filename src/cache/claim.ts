import type { ProcessIdentity } from './process-identity.js';

/** The right of one process to one thing. Its name as a file says all that is needed to judge whether it still counts. */
export interface Claim extends ProcessIdentity {
  /** A random id of this one claim. */
  readonly token: string;
}

const PREFIX = 'held';

export function newClaim(identity: ProcessIdentity): Claim {
  return { ...identity, token: newToken() };
}

/** Two claims must not be taken for one; there is nothing to guess here, and `node:crypto` takes longer to load than all else. */
function newToken(): string {
  const parts = [Math.random(), Math.random()].map((part) => Math.floor(part * 2 ** 32));
  return parts.map((part) => part.toString(16).padStart(8, '0')).join('');
}

/** The claim as a file name: every field, so that creating or renaming one file states all of it at once. */
export function claimName(claim: Claim): string {
  const { host, bootId, pidNamespace, pid, startTime, token } = claim;
  return [PREFIX, host, bootId ?? '', pidNamespace ?? '', pid, startTime ?? '', token].join('~');
}

/** @returns undefined for a name that is no claim's */
export function parseClaimName(name: string): Claim | undefined {
  const [prefix, host, bootId, pidNamespace, pid, startTime, token, ...rest] = name.split('~');
  if (prefix !== PREFIX || !host || !pid || !token || rest.length > 0 || !/^\d+$/.test(pid)) return undefined;
  return {
    host,
    bootId: bootId || null,
    pidNamespace: pidNamespace || null,
    pid: Number(pid),
    startTime: startTime || null,
    token,
  };
}
