import { statSync, writeFileSync } from 'node:fs';
import { lstat, readdir, unlink } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import { contestedLock, lockPaths, type EntryPlace, type Layout, type LockPaths } from './layout.js';
import type { LockClient } from './lock-client.js';

/**
 * How long a process may still be at work after its lock was taken because it had fallen silent. It gives no sign of
 * life that anybody could wait for, so this is a guess, and a generous one.
 */
const LONGEST_SILENCE_MS = 24 * 60 * 60 * 1000;

/**
 * Says that from now on two processes may be at work on what this lock protects. Written before the claim of the
 * silent one is replaced: a kill between the two leaves a mark too many, never one too few.
 * @param silent the claim that is about to be replaced; for people who look into the file
 */
export function markContested(paths: LockPaths, silent: string): void {
  writeFileSync(paths.contested, `${silent}\n`);
}

/** Whether somebody may be at work here besides the holder of the lock. */
export function isContested(entry: EntryPlace): boolean {
  return statSync(entry.contested, { throwIfNoEntry: false }) !== undefined;
}

/** The same for those who clear away: not for ever, else nobody could ever remove what is left. */
export async function mayHaveSilentHolder(contested: string, now: () => number): Promise<boolean> {
  try {
    const { mtimeMs } = await lstat(contested);
    return now() - mtimeMs < LONGEST_SILENCE_MS;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Removes the marks of silent holders that must be gone by now, each under its lock. */
export async function forgetSilentHolders(parts: {
  readonly layout: Layout;
  readonly locks: LockClient;
  readonly now: () => number;
}): Promise<void> {
  const { layout, locks, now } = parts;
  for (const name of await contestedNames(layout.locks)) {
    const { contested } = lockPaths(layout.locks, name);
    if (await mayHaveSilentHolder(contested, now)) continue;
    await using lock = await locks.tryLock(name);
    // Meanwhile another one may have fallen silent.
    if (lock && !(await mayHaveSilentHolder(contested, now))) await removeMark(contested);
  }
}

async function contestedNames(locks: string): Promise<readonly string[]> {
  try {
    return (await readdir(locks)).map(contestedLock).filter((name) => name !== undefined);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function removeMark(contested: string): Promise<void> {
  try {
    await unlink(contested);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
