import { chmod, constants, copyFile, link, lstat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '../../errors/index.js';
import { makeFolder } from '../../support/make-folder.js';
import type { Integrity } from '../integrity.js';
import { partialPath, publish } from '../partial-file.js';
import { explainStoreFailure } from './store-failure.js';
import { StoreLayout } from './store-layout.js';

const READ_ONLY = 0o444;

/** Where a store keeps the file with this digest, whether or not it is there. */
export function storedDownload(folder: string, digest: Integrity): string {
  return new StoreLayout(folder).file(digest);
}

/**
 * Moves a file of the same file system into a store, under its SHA-256 and the other digests it is asked for by. Whoever
 * calls has verified all of them. `now` is milliseconds since the epoch. What the store has under these names is replaced: it may have changed.
 * @returns whether the store had none under its SHA-256
 * @throws FettleError E_CACHE, E_DISK_FULL
 */
export async function keepDownload(
  folder: string,
  file: string,
  { sha256, others, now }: { readonly sha256: string; readonly others: readonly Integrity[]; readonly now: number },
): Promise<boolean> {
  const stored = storedDownload(folder, { algorithm: 'sha256', value: sha256 });
  try {
    const isNew = await lstat(stored).then(
      () => false,
      () => true,
    );
    await chmod(file, READ_ONLY);
    // The time of its last use, by which a cache is collected.
    await utimes(file, now / 1000, now / 1000);
    makeFolder(dirname(stored));
    await publish(file, stored);
    for (const digest of others) await addName(stored, storedDownload(folder, digest));
    return isNew;
  } catch (error) {
    throw explainStoreFailure(error, stored);
  }
}

/** Not every file system has links. */
async function addName(stored: string, name: string): Promise<void> {
  makeFolder(dirname(name));
  const partial = partialPath(dirname(name));
  try {
    await link(stored, partial);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL')) throw error;
    await copyFile(stored, partial, constants.COPYFILE_FICLONE);
  }
  await publish(partial, name);
}
