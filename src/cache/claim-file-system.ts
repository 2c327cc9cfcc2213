import { statSync, utimesSync } from 'node:fs';
import type { LockPaths } from './layout.js';
import { dropClaim } from './lock-folder.js';

type Done<T = unknown> = (error: unknown, result?: T) => void;

/**
 * The file system as proper-lockfile sees it for one claim. The package keeps the heartbeat and notices its loss;
 * what "make" and "remove the lock" mean is ours: it would take a fresh lock for the stale one it looked at before.
 */
export interface ClaimFileSystem {
  mkdir(path: string, done: Done): void;
  rmdir(path: string, done: Done): void;
  stat: (path: string, done: Done) => void;
  utimes: (path: string, accessed: Date, modified: Date, done: Done) => void;
}

/** The file system of a claim that holds its lock already. */
export function claimFileSystem(paths: LockPaths, claimName: string): ClaimFileSystem {
  const file = paths.claim(claimName);
  return {
    mkdir: (_path, done) => {
      callBack(done, null);
    },
    rmdir: (_path, done) => {
      answer(done, () => {
        dropClaim(paths, claimName);
      });
    },
    // On the claim itself, not on the folder: a claim that was taken away is gone, and no other one is ever touched.
    stat: (_path, done) => {
      answer(done, () => statSync(file));
    },
    utimes: (_path, accessed, modified, done) => {
      answer(done, () => {
        utimesSync(file, accessed, modified);
      });
    },
  };
}

function answer<T>(done: Done<T>, work: () => T): void {
  let result: T;
  try {
    result = work();
  } catch (error) {
    callBack(done, error);
    return;
  }
  callBack(done, null, result);
}

/** Later, and outside of any promise, so that what the callback throws is not taken for a failure of the work. */
function callBack<T>(done: Done<T>, error: unknown, result?: T): void {
  queueMicrotask(() => {
    done(error, result);
  });
}
