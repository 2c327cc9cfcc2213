import { FettleError, hasCode, messageOf } from '../errors/index.js';

/**
 * The error for a temporary file of a script that could not be written.
 * @param what - the file's purpose, to begin the message
 */
export function temporaryFileFailure(what: string, path: string, cause: unknown): FettleError {
  const isFull = hasCode(cause, 'ENOSPC', 'EDQUOT');
  return new FettleError(isFull ? 'E_DISK_FULL' : 'E_FILE', `${what} could not be written: ${messageOf(cause)}`, {
    facts: { path },
    hint: isFull ? 'Make room on the disk that holds the cache.' : 'See that the folder exists and is writable.',
    cause,
  });
}
