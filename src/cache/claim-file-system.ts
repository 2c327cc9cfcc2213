import { stat, utimes } from 'node:fs';
import { messageOf } from '../errors/index.js';
import type { LockPaths } from './layout.js';
import { dropClaim } from './lock-folder.js';

type Done = (error: unknown) => void;

/** The error code that makes proper-lockfile give up at once, without its own idea of a stale lock. */
export const BUSY = 'ELOCKED';

/**
 * The file system as proper-lockfile sees it for one claim. The package keeps the heartbeat and notices its loss;
 * what "make" and "remove the lock" mean is ours: it would take a fresh lock for the stale one it looked at before.
 */
export interface ClaimFileSystem {
  mkdir(path: string, done: Done): void;
  rmdir(path: string, done: Done): void;
  stat: (path: string, done: (error: NodeJS.ErrnoException | null, stats: unknown) => void) => void;
  utimes: (path: string, accessed: Date, modified: Date, done: Done) => void;
}

/** @param claim tries to take the lock; false when somebody else holds it */
export function claimFileSystem(paths: LockPaths, claimName: string, claim: () => Promise<boolean>): ClaimFileSystem {
  const file = paths.claim(claimName);
  return {
    mkdir: (_path, done) => {
      const busy = Object.assign(new Error('another process holds the lock'), { code: BUSY });
      settle(
        claim().then((taken) => (taken ? null : busy)),
        done,
      );
    },
    rmdir: (_path, done) => {
      settle(
        dropClaim(paths, claimName).then(() => null),
        done,
      );
    },
    // On the claim itself, not on the folder: a claim that was taken away is gone, and no other one is ever touched.
    stat: (_path, done) => {
      stat(file, done);
    },
    utimes: (_path, accessed, modified, done) => {
      utimes(file, accessed, modified, done);
    },
  };
}

/** Calls back outside of the promise, so that what the callback throws is not taken for a failure of the work. */
function settle(work: Promise<unknown>, done: Done): void {
  work.then(
    (result) => setImmediate(done, result),
    (error: unknown) => setImmediate(done, error ?? new Error(messageOf(error))),
  );
}
