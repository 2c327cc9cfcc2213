import type { LockMode, LockResult, LockUse, PackageOutcome } from '../engine/index.js';
import { FettleError } from '../errors/index.js';
import { loadManifest, lockFileOf, readLockFile, writeLockFile, type Manifest } from '../manifest/index.js';
import { digestManifest } from '../project/index.js';
import { luaCpuLimitOf, type Invocation } from './invocation.js';
import { readManifestBytes } from './manifest-file.js';
import { sayLog } from './say.js';

export interface LockSetting {
  readonly mode: LockMode;
  /** All packages of the manifest are looked at. */
  readonly isWhole: boolean;
  /** The command only uses the lock file. */
  readonly isOnlyUsed?: boolean;
  /** Take a file that a merge has left conflicts in. */
  readonly joinsConflicts?: boolean;
  /** Packages, by id, that are to be found out anew. */
  readonly renews?: (id: string) => boolean;
}

/**
 * The project's lock file, for a run.
 * @throws FettleError E_LOCK_FILE; E_LOCK_OUTDATED when it is to be used as it is and is not there
 */
export async function openLock(invocation: Invocation, manifest: Manifest, setting: LockSetting): Promise<LockUse> {
  const { mode, isWhole, isOnlyUsed = false, joinsConflicts = false, renews = () => false } = setting;
  const file = lockFileOf(manifest.file);
  const previous = await readLockFile(file, { joinsConflicts });
  if (mode === 'frozen' && !previous) throw noLockFile(file);
  const { host: here, version } = invocation;
  return {
    file,
    mode,
    previous,
    isWhole,
    // A run over some packages alone completes a lock file, but begins none.
    isCompleted: !isOnlyUsed && (isWhole || previous !== undefined),
    renews,
    manifestDigest: digestManifest(readManifestBytes(manifest.file)),
    // What the manifest prints was printed when it was loaded for this platform.
    manifestFor: (host) =>
      loadManifest(manifest.file, { host: { ...host, cwd: here.cwd }, version, ...luaCpuLimitOf(invocation) }),
  };
}

/**
 * Writes what a run has found out, and tells what it could not; but not of packages that have told why they failed.
 * @returns whether the file was changed
 */
export function saveLock(
  invocation: Invocation,
  use: LockUse,
  result: LockResult | undefined,
  outcomes: readonly PackageOutcome[] = [],
): boolean {
  if (!result) return false;
  const failed = outcomes.filter(({ ok }) => !ok).map(({ id }) => id);
  const gaps = result.gaps.filter((gap) => !failed.some((id) => gap.startsWith(`${id}: `)));
  for (const gap of gaps) sayLog(invocation, 'warn', `fettle.lock lacks ${gap}`);
  return writeLockFile(use.file, result.lock);
}

function noLockFile(file: string): FettleError {
  return new FettleError('E_LOCK_OUTDATED', 'There is no lock file to be used as it is.', {
    facts: { path: file },
    hint: 'Run "fettle lock" and commit fettle.lock.',
  });
}
