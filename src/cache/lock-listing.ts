import { readdir, rm } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import type { LockOwner } from '../events/index.js';
import { parseClaimName } from './claim.js';
import { lockNameOfFolder, lockPaths, preparedClaimOf, type Layout } from './layout.js';
import { judgeLiveness, type Liveness } from './liveness.js';
import { dropClaim, readStandingClaim } from './lock-folder.js';
import { describeOwner, removeOwnerRecord } from './owner-record.js';
import { identifyProcess, type ProcessIdentity } from './process-identity.js';

/** The names of all locks that somebody holds. */
export async function lockedNames(layout: Layout): Promise<readonly string[]> {
  const held: string[] = [];
  for (const name of await lockNames(layout)) {
    if (readStandingClaim(lockPaths(layout.locks, name))) held.push(name);
  }
  return held;
}

/** A lock that somebody holds, or held when it was killed. */
export interface StandingLock {
  readonly name: string;
  /** Null when the claim does not say who made it. */
  readonly owner: LockOwner | null;
  readonly liveness: Liveness;
  /** When the holder last gave a sign of life, milliseconds since the epoch. */
  readonly heartbeat: number;
}

/** All locks that are not free, with what is known of their holders. */
export async function standingLocks(layout: Layout, pid: number): Promise<readonly StandingLock[]> {
  const self = identifyProcess(pid);
  const found: StandingLock[] = [];
  for (const name of await lockNames(layout)) {
    const paths = lockPaths(layout.locks, name);
    const standing = readStandingClaim(paths);
    if (!standing) continue;
    const { claim, heartbeat } = standing;
    const liveness = claim ? judgeLiveness(claim, self, heartbeat) : 'unknown';
    found.push({ name, owner: describeOwner(paths, standing), liveness, heartbeat });
  }
  return found;
}

/** Whether somebody holds a lock who is not certainly dead. */
export function isHeld(layout: Layout, name: string, pid: number): boolean {
  const standing = readStandingClaim(lockPaths(layout.locks, name));
  if (!standing) return false;
  return !standing.claim || judgeLiveness(standing.claim, identifyProcess(pid), standing.heartbeat) !== 'dead';
}

/** Removes the locks, and claims that were being made ready, of processes that are certainly dead. */
export async function tidyLocks(layout: Layout, pid: number): Promise<void> {
  const self = identifyProcess(pid);
  for (const name of await lockNames(layout)) tidyLock(layout, name, self);
  for (const claimName of (await namesIn(layout.locks)).map(preparedClaimOf)) {
    const claim = parseClaimName(claimName ?? '');
    if (claimName !== undefined && claim && judgeLiveness(claim, self, Infinity) === 'dead') {
      await rm(lockPaths(layout.locks, '').prepared(claimName), { recursive: true, force: true });
    }
  }
}

function tidyLock(layout: Layout, name: string, self: ProcessIdentity): void {
  const paths = lockPaths(layout.locks, name);
  const standing = readStandingClaim(paths);
  if (standing?.claim && judgeLiveness(standing.claim, self, standing.heartbeat) === 'dead') {
    removeOwnerRecord(paths);
    dropClaim(paths, standing.name);
  }
}

async function lockNames(layout: Layout): Promise<readonly string[]> {
  return (await namesIn(layout.locks)).map(lockNameOfFolder).filter((name) => name !== undefined);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
