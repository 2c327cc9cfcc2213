import { assertLockUnchanged } from '../../engine/index.js';
import { EXIT, FettleError } from '../../errors/index.js';
import {
  compareLockFiles,
  describeLockChange,
  lockFileOf,
  packageId,
  readLockFile,
  type LockFile,
  type Manifest,
} from '../../manifest/index.js';
import { nearestName } from '../../support/nearest-name.js';
import type { Invocation } from '../invocation.js';
import { makeProjectLock, type MadeLock } from '../make-lock.js';
import { namesOfId } from '../package-names.js';
import { saveLock } from '../project-lock.js';
import { sayLog } from '../say.js';

export interface LockCommandOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** `fettle lock`: completes the lock file without installing anything; what is locked stays as it is. */
export async function lock(invocation: Invocation, options: LockCommandOptions): Promise<number> {
  if (options.check === true) return check(invocation, options);
  const made = await makeProjectLock(invocation, () => ({ mode: 'update', joinsConflicts: true }));
  return write(invocation, made, options);
}

/** `fettle update [NAME…]`: the same, for what was locked too. */
export async function update(
  invocation: Invocation,
  names: readonly string[],
  options: Pick<LockCommandOptions, 'json'>,
): Promise<number> {
  const made = await makeProjectLock(invocation, async (manifest) => {
    const renewed = await idsCalled(manifest, names);
    return { mode: 'update', renews: (id) => renewed?.has(id) ?? true };
  });
  return write(invocation, made, options);
}

async function check(invocation: Invocation, { json }: LockCommandOptions): Promise<number> {
  const { use, result } = await makeProjectLock(invocation, () => ({ mode: 'locked' }));
  assertLockUnchanged(use, result);
  if (json === true) invocation.streams.out(`${JSON.stringify(asJson({ use, result }, false))}\n`);
  else sayLog(invocation, 'info', 'fettle.lock is up to date');
  return EXIT.ok;
}

async function write(invocation: Invocation, made: MadeLock, { json }: LockCommandOptions): Promise<number> {
  const { use, result } = made;
  const isWritten = saveLock(invocation, use, result);
  if (json === true) invocation.streams.out(`${JSON.stringify(asJson(made, isWritten))}\n`);
  else tell(invocation, made);
  return result.gaps.length === 0 ? EXIT.ok : EXIT.network;
}

function tell(invocation: Invocation, { use, result }: MadeLock): void {
  const changes = compareLockFiles(use.previous, result.lock);
  for (const change of changes) invocation.streams.out(`${describeLockChange(change)}\n`);
  if (changes.length === 0 && result.gaps.length === 0) sayLog(invocation, 'info', 'fettle.lock is up to date');
}

function asJson({ use, result }: MadeLock, isWritten: boolean): object {
  const { previous, file: path } = use;
  return { path, written: isWritten, changes: compareLockFiles(previous, result.lock), gaps: result.gaps };
}

/**
 * The ids of the packages that names mean, in the manifest or the lock file.
 * @returns undefined when no name is given: all
 * @throws FettleError E_UNKNOWN_PACKAGE
 */
async function idsCalled(manifest: Manifest, names: readonly string[]): Promise<ReadonlySet<string> | undefined> {
  if (names.length === 0) return undefined;
  const locked = await readLockFile(lockFileOf(manifest.file));
  const ids = [...new Set([...idsOfManifest(manifest), ...idsOfLock(locked)])];
  return new Set(names.flatMap((name) => matching(ids, name, manifest)));
}

function idsOfManifest({ packages, otherPlatforms }: Manifest): readonly string[] {
  return [...packages, ...otherPlatforms].map(({ identity, options }) => packageId(identity, options));
}

function idsOfLock(locked: LockFile | undefined): readonly string[] {
  return [...(locked?.platforms.values() ?? [])].flatMap((packages) => [...packages.keys()]);
}

function matching(ids: readonly string[], name: string, manifest: Manifest): readonly string[] {
  const matches = ids.filter((id) => namesOfId(id).includes(name));
  if (matches.length > 0) return matches;
  const nearest = nearestName(name, ids.flatMap(namesOfId));
  throw new FettleError('E_UNKNOWN_PACKAGE', `neither the manifest nor the lock file has a package ${name}`, {
    facts: { name, manifest: manifest.file, known: ids.length > 0 ? ids : 'none' },
    ...(nearest !== undefined && { hint: `Did you mean "${nearest}"?` }),
  });
}
