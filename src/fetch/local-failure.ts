import { FettleError, hasCode, messageOf } from '../errors/index.js';

/** What went wrong with a local file, as an error a user can act on. Errors that are already that pass through. */
export function explainLocalFailure(error: unknown, path: string): FettleError {
  if (error instanceof FettleError) return error;
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) {
    return new FettleError('E_FETCH_MISSING', `The source ${path} does not exist.`, {
      facts: { path },
      hint: 'Relative sources are relative to the file that declares them.',
      cause: error,
    });
  }
  return (
    storageFailure(error, path) ??
    new FettleError('E_FILE', `${path} cannot be read: ${messageOf(error)}`, { facts: { path }, cause: error })
  );
}

/** The error for a disk that is full; undefined for any other failure. */
export function storageFailure(error: unknown, path: string): FettleError | undefined {
  if (!hasCode(error, 'ENOSPC', 'EDQUOT')) return undefined;
  return new FettleError('E_DISK_FULL', `The disk is full: ${path} could not be written.`, {
    facts: { path },
    hint: 'Make room (fettle cache gc frees what no project uses), then run the same command again.',
    cause: error,
  });
}
