import { lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { FettleError, hasCode, messageOf } from '../../errors/index.js';

/**
 * A folder of this user in a place that others may write to as well.
 * @throws FettleError E_JOBSERVER when it cannot be made, or somebody else could write into it
 */
export function privateFolder(place: string, name: string): string {
  const { uid } = userInfo();
  const folder = join(place, `${name}-${uid}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw unusablePool(folder, messageOf(error), error);
  }
  const found = lstatSync(folder);
  const isOurs = found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0;
  if (!isOurs) throw unusablePool(folder, 'it is not a folder of this user alone');
  return folder;
}

/** What keeps the runs of this user from sharing cores. */
export function unusablePool(folder: string, problem: string, cause?: unknown): FettleError {
  return new FettleError('E_JOBSERVER', `the cores of this machine cannot be shared: ${problem}`, {
    facts: { path: folder },
    hint: 'Remove what is there, or set XDG_RUNTIME_DIR to a folder of your own; --jobserver run shares nothing.',
    cause,
  });
}
