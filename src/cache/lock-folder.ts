import { readdirSync, renameSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { hasCode } from '../errors/index.js';
import { parseClaimName, type Claim } from './claim.js';
import type { LockPaths } from './layout.js';
import { makeFolder } from '../support/make-folder.js';

/**
 * A lock is a folder with one file in it, the claim of its holder. It is free when the folder is not there or empty.
 * Each change is one atomic step on a path that names the claim it is about, so nobody can remove or take a claim
 * other than the one that was looked at. The steps are synchronous: they are few and small, and one that goes through
 * the thread pool takes longer than all of them together.
 */
export interface StandingClaim {
  readonly name: string;
  /** Undefined when the name is not one that fettle gives. */
  readonly claim: Claim | undefined;
  /** When the holder last refreshed it, milliseconds since the epoch. */
  readonly heartbeat: number;
}

/** The claim that holds the lock now; undefined when it is free. */
export function readStandingClaim(paths: LockPaths): StandingClaim | undefined {
  try {
    const names = readdirSync(paths.folder);
    const name = names.find((candidate) => parseClaimName(candidate)) ?? names[0];
    if (name === undefined) return undefined;
    const { mtimeMs } = statSync(paths.claim(name));
    return { name, claim: parseClaimName(name), heartbeat: mtimeMs };
  } catch (error) {
    // Released between one call and the next.
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Takes a free lock: a folder with the claim already in it is renamed into place. That fails when a folder with
 * something in it is there.
 * @param record what stands in the claim: what its holder tells those who wait
 * @returns false when somebody else was faster
 */
export function takeFreeLock(paths: LockPaths, claimName: string, record: string): boolean {
  makeFolder(paths.prepared(claimName));
  let taken = false;
  try {
    writeFileSync(paths.preparedClaim(claimName), record);
    taken = moveIntoPlace(paths, claimName);
  } finally {
    if (!taken) removePrepared(paths, claimName);
  }
  return taken;
}

function moveIntoPlace(paths: LockPaths, claimName: string): boolean {
  const { folder } = paths;
  try {
    renameSync(paths.prepared(claimName), folder);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    if (hasCode(error, 'ENOENT') && isHeldBy(paths, claimName)) return true;
    // Windows renames onto no folder at all, not even an empty one: clear the way for the next try.
    if (hasCode(error, 'EPERM', 'EACCES') && removeIfEmpty(folder)) return false;
    throw error;
  }
}

/** A file server may rename, lose the answer, and not find the old name at the repeated request. */
function isHeldBy(paths: LockPaths, claimName: string): boolean {
  try {
    statSync(paths.claim(claimName));
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** @returns whether something was there: full, or empty and now gone */
function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return hasCode(error, 'ENOTEMPTY', 'EEXIST');
  }
}

function removePrepared(paths: LockPaths, claimName: string): void {
  // Not recursively: that opens the folder, which a process with too many open files cannot do.
  rmSync(paths.preparedClaim(claimName), { force: true });
  try {
    rmdirSync(paths.prepared(claimName));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/**
 * Turns a standing claim into another one: of several that try, exactly one succeeds.
 * @returns false when `standing` is no longer there
 */
export function replaceClaim(paths: LockPaths, standing: string, claimName: string): boolean {
  try {
    renameSync(paths.claim(standing), paths.claim(claimName));
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return isHeldBy(paths, claimName);
    throw error;
  }
}

/** Frees the lock if `claimName` still holds it. A kill between the two steps leaves an empty folder: a free lock. */
export function dropClaim(paths: LockPaths, claimName: string): void {
  try {
    unlinkSync(paths.claim(claimName));
    rmdirSync(paths.folder);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES')) throw error;
  }
}
