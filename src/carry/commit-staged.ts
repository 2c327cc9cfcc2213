import { readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AcquireOptions, Cache } from '../cache/index.js';
import { keepDownload } from '../fetch/index.js';
import type { StagedEntry, StagedExport } from './read-staged.js';

/** What became of something that was to be imported: `present` was there before, and was left as it is. */
export type ImportStatus = 'imported' | 'present';

/** How entries are waited for that somebody else is building. */
export type Waiting = Omit<AcquireOptions, 'logFile'>;

/**
 * Makes an entry of the cache of a verified one, as if it had been built: whoever builds it at the moment is waited for,
 * and an entry that is there counts.
 * @throws FettleError E_CACHE, E_DISK_FULL, E_LOCK_TIMEOUT
 */
export async function commitEntry(cache: Cache, entry: StagedEntry, waiting: Waiting): Promise<ImportStatus> {
  const { id, record, assetDir } = entry;
  const acquired = await cache.acquire(id, { ...waiting, logFile: '' });
  if (acquired.kind === 'complete') return 'present';
  await using attempt = acquired.attempt;
  waiting.signal.throwIfAborted();
  await rmdir(attempt.folders.asset);
  await rename(assetDir, attempt.folders.asset);
  await attempt.commit(record);
  return 'imported';
}

/** @throws FettleError E_CACHE, E_DISK_FULL */
export async function commitRecipe(
  cache: Cache,
  { name, folder }: StagedExport['recipes'][number],
  { emit, signal }: Waiting,
): Promise<ImportStatus> {
  if ((await cache.findRecipe(name)) !== undefined) return 'present';
  const fill = async (directory: string): Promise<void> => {
    for (const child of await readdir(folder)) await rename(join(folder, child), join(directory, child));
  };
  await cache.storeRecipe(name, fill, emit, signal);
  return 'imported';
}

/** @throws FettleError E_CACHE, E_DISK_FULL */
export async function commitDownload(
  cache: Cache,
  { path, sha256, others }: StagedExport['downloads'][number],
  now: number,
): Promise<ImportStatus> {
  return (await keepDownload(cache.downloads, path, { sha256, others, now })) ? 'imported' : 'present';
}
