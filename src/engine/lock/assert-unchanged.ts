import { FettleError } from '../../errors/index.js';
import { compareLockFiles, describeLockChange } from '../../manifest/index.js';
import type { LockResult, LockUse } from './lock-use.js';

/** @throws FettleError E_LOCK_OUTDATED with the difference, when the lock file is not what it would be made today */
export function assertLockUnchanged({ previous, file, isWhole }: LockUse, { lock, gaps }: LockResult): void {
  const changes = compareLockFiles(previous, lock).map(describeLockChange);
  if (previous && changes.length === 0 && gaps.length === 0) return;
  const problem = previous ? 'is not up to date' : 'is not there';
  throw new FettleError('E_LOCK_OUTDATED', `The lock file ${problem}, and it must not be changed.`, {
    facts: {
      path: file,
      ...(changes.length > 0 && { changes }),
      ...(gaps.length > 0 && { missing: gaps }),
    },
    hint: `Run "fettle ${isWhole ? 'lock' : 'sync'}" and commit fettle.lock. Nothing was installed.`,
  });
}
