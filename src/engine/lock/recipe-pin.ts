import { FettleError } from '../../errors/index.js';
import { isFloating, type Fetcher } from '../../fetch/index.js';
import type { LockedRecipe, Manifest, PackageRequest } from '../../manifest/index.js';
import type { RecipeFile } from '../../recipe/index.js';
import { howToAccept } from './lock-mismatch.js';
import type { PackageLock } from './package-lock.js';
import { portableSource } from './portable-source.js';
import type { RunLocks } from './run-locks.js';

/** What of a run the recipes of its packages are found with. */
export interface RecipeSeeker {
  readonly locks: RunLocks;
  readonly fetcher: Pick<Fetcher, 'pin'>;
  readonly manifest: Pick<Manifest, 'directory'>;
  readonly signal: AbortSignal;
}

/**
 * The request for a recipe whose repository is at an exact commit: the locked one, else the one its ref stands for now.
 * Without a lock file it stays as it is.
 * @throws FettleError E_LOCK_OUTDATED, E_GIT, E_OFFLINE
 */
export async function pinnedRecipe(run: RecipeSeeker, id: string, request: PackageRequest): Promise<PackageRequest> {
  const { source, ref } = request;
  if (!run.locks.use || source?.kind !== 'git' || ref === undefined) return request;
  const wanted = { source, ref };
  if (!(await isFloating(wanted))) return request;
  const lock = run.locks.of(id);
  const commit = lockedRecipe(run, lock, request)?.commit;
  if (commit !== undefined) return { ...request, ref: commit };
  lock.refuseUnknown(source.text, 'declaration');
  const pinned = await run.locks.remember(`${source.text} ${ref}`, () => run.fetcher.pin(wanted, run.signal));
  return pinned.commit === undefined ? request : { ...request, ref: pinned.commit };
}

/** What is locked of the recipe that a request asks for; undefined when it asks for another one than was locked. */
export function lockedRecipe(run: RecipeSeeker, lock: PackageLock, request: PackageRequest): LockedRecipe | undefined {
  const { recipe } = lock;
  const isSame = recipe?.source === writtenSource(run, request) && recipe?.ref === request.ref;
  return isSame ? recipe : undefined;
}

/** Undefined for a recipe that is found by its name. */
function writtenSource(run: RecipeSeeker, { source, fetch }: PackageRequest): string | undefined {
  if (fetch) return FETCH_FUNCTION;
  return source && portableSource(source.text, run.manifest.directory);
}

/** What stands for a function in the lock file. */
export const FETCH_FUNCTION = 'fetch function';

/**
 * The digest that a recipe from elsewhere must have because it was locked.
 * @returns undefined for recipes of this machine, which are meant to be edited, and where the entry itself names one
 */
export function lockedRecipeDigest(run: RecipeSeeker, id: string, request: PackageRequest): string | undefined {
  const { source, fetch, integrity } = request;
  if (integrity || (!fetch && (!source || source.kind === 'path'))) return undefined;
  return lockedRecipe(run, run.locks.of(id), request)?.sha256;
}

/** @throws FettleError E_LOCK_MISMATCH when a recipe from elsewhere is not the locked one */
export function verifyLockedRecipe(run: RecipeSeeker, id: string, request: PackageRequest, file: RecipeFile): void {
  const expected = lockedRecipeDigest(run, id, request);
  if (expected === undefined || expected === file.digest) return;
  const recorded = run.locks.of(id).recipe?.recorded;
  throw new FettleError('E_LOCK_MISMATCH', `The recipe of ${id} is not what the lock file recorded.`, {
    facts: {
      package: id,
      url: request.source?.text ?? FETCH_FUNCTION,
      expected,
      got: file.digest,
      ...(recorded !== undefined && { recorded }),
    },
    hint: howToAccept(id),
  });
}

/** @throws FettleError E_SKIPPED: a recipe that only packages could fetch, where none are built */
export function refuseToBuild(id: string): never {
  throw new FettleError('E_SKIPPED', `The recipe of ${id} is fetched with packages that are not built here.`, {
    facts: { package: id },
    hint: 'Run "fettle sync".',
  });
}
