import { readdir, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import { parseClaimName, type Claim } from './claim.js';
import type { LockPaths } from './layout.js';
import { makeFolder } from '../support/make-folder.js';

/**
 * A lock is a folder with one file in it, the claim of its holder. It is free when the folder is not there or empty.
 * Each change is one atomic step on a path that names the claim it is about, so nobody can remove or take a claim
 * other than the one that was looked at.
 */
export interface StandingClaim {
  readonly name: string;
  /** Undefined when the name is not one that fettle gives. */
  readonly claim: Claim | undefined;
  /** When the holder last refreshed it, milliseconds since the epoch. */
  readonly heartbeat: number;
}

/** The claim that holds the lock now; undefined when it is free. */
export async function readStandingClaim(paths: LockPaths): Promise<StandingClaim | undefined> {
  try {
    const names = await readdir(paths.folder);
    const name = names.find((candidate) => parseClaimName(candidate)) ?? names[0];
    if (name === undefined) return undefined;
    const { mtimeMs } = await stat(paths.claim(name));
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
 * @returns false when somebody else was faster
 */
export async function takeFreeLock(paths: LockPaths, claimName: string): Promise<boolean> {
  makeFolder(paths.prepared(claimName));
  let taken = false;
  try {
    await writeFile(paths.preparedClaim(claimName), '');
    taken = await moveIntoPlace(paths, claimName);
  } finally {
    if (!taken) await removePrepared(paths, claimName);
  }
  return taken;
}

async function moveIntoPlace(paths: LockPaths, claimName: string): Promise<boolean> {
  const { folder } = paths;
  try {
    await rename(paths.prepared(claimName), folder);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    if (hasCode(error, 'ENOENT') && (await isHeldBy(paths, claimName))) return true;
    // Windows renames onto no folder at all, not even an empty one: clear the way for the next try.
    if (hasCode(error, 'EPERM', 'EACCES') && (await removeIfEmpty(folder))) return false;
    throw error;
  }
}

/** A file server may rename, lose the answer, and not find the old name at the repeated request. */
async function isHeldBy(paths: LockPaths, claimName: string): Promise<boolean> {
  try {
    await stat(paths.claim(claimName));
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** @returns whether something was there: full, or empty and now gone */
async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    return hasCode(error, 'ENOTEMPTY', 'EEXIST');
  }
}

async function removePrepared(paths: LockPaths, claimName: string): Promise<void> {
  // Not recursively: that opens the folder, which a process with too many open files cannot do.
  await rm(paths.preparedClaim(claimName), { force: true });
  try {
    await rmdir(paths.prepared(claimName));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/**
 * Turns a standing claim into another one: of several that try, exactly one succeeds.
 * @returns false when `standing` is no longer there
 */
export async function replaceClaim(paths: LockPaths, standing: string, claimName: string): Promise<boolean> {
  try {
    await rename(paths.claim(standing), paths.claim(claimName));
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return isHeldBy(paths, claimName);
    throw error;
  }
}

/** Frees the lock if `claimName` still holds it. A kill between the two steps leaves an empty folder: a free lock. */
export async function dropClaim(paths: LockPaths, claimName: string): Promise<void> {
  try {
    await unlink(paths.claim(claimName));
    await rmdir(paths.folder);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES')) throw error;
  }
}
