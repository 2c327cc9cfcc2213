import { readdir, rm } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import { parseClaimName } from './claim.js';
import { lockNameOfFolder, lockPaths, preparedClaimOf, type Layout } from './layout.js';
import { judgeLiveness } from './liveness.js';
import { dropClaim, readStandingClaim } from './lock-folder.js';
import { removeOwnerRecord } from './owner-record.js';
import { identifyProcess, type ProcessIdentity } from './process-identity.js';

/** The names of all locks that somebody holds. */
export async function lockedNames(layout: Layout): Promise<readonly string[]> {
  const held: string[] = [];
  for (const name of await lockNames(layout)) {
    if (await readStandingClaim(lockPaths(layout.locks, name))) held.push(name);
  }
  return held;
}

/** Whether somebody holds a lock who is not certainly dead. */
export async function isHeld(layout: Layout, name: string, pid: number): Promise<boolean> {
  const standing = await readStandingClaim(lockPaths(layout.locks, name));
  if (!standing) return false;
  return !standing.claim || judgeLiveness(standing.claim, identifyProcess(pid), standing.heartbeat) !== 'dead';
}

/** Removes the locks, and claims that were being made ready, of processes that are certainly dead. */
export async function tidyLocks(layout: Layout, pid: number): Promise<void> {
  const self = identifyProcess(pid);
  for (const name of await lockNames(layout)) await tidyLock(layout, name, self);
  for (const claimName of (await namesIn(layout.locks)).map(preparedClaimOf)) {
    const claim = parseClaimName(claimName ?? '');
    if (claimName !== undefined && claim && judgeLiveness(claim, self, Infinity) === 'dead') {
      await rm(lockPaths(layout.locks, '').prepared(claimName), { recursive: true, force: true });
    }
  }
}

async function tidyLock(layout: Layout, name: string, self: ProcessIdentity): Promise<void> {
  const paths = lockPaths(layout.locks, name);
  const standing = await readStandingClaim(paths);
  if (standing?.claim && judgeLiveness(standing.claim, self, standing.heartbeat) === 'dead') {
    await removeOwnerRecord(paths);
    await dropClaim(paths, standing.name);
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
