import { readdir, rm } from 'node:fs/promises';
import { makeFolder } from '../support/make-folder.js';
import { onCacheFiles } from './failure.js';
import { stagingClaim, type Layout } from './layout.js';
import { isNameOfDead, ownName } from './own-name.js';
import type { Trash } from './trash.js';

/** An empty folder inside a cache that is no part of it. It goes when it is disposed of, or after a kill with the left-overs. */
export interface Staging extends AsyncDisposable {
  readonly folder: string;
}

/** @throws FettleError E_CACHE, E_DISK_FULL */
export async function openStaging({
  layout,
  trash,
  pid,
}: {
  readonly layout: Layout;
  readonly trash: Trash;
  readonly pid: number;
}): Promise<Staging> {
  const folder = layout.staging(ownName(pid));
  await onCacheFiles('make room in the cache', folder, () => {
    makeFolder(folder);
  });
  return { folder, [Symbol.asyncDispose]: () => trash.discard(folder) };
}

/** Removes those of killed processes. */
export async function removeDeadStagings(layout: Layout, pid: number): Promise<void> {
  for (const name of await readdir(layout.root)) {
    const claim = stagingClaim(name);
    if (claim !== undefined && isNameOfDead(claim, pid))
      await rm(layout.staging(claim), { recursive: true, force: true });
  }
}
