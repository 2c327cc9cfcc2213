import { FettleError, hasCode, messageOf } from '../../errors/index.js';
import { storageFailure } from '../local-failure.js';

/** Codes of the system for a folder that cannot be used as it is. */
const UNUSABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOENT', 'EIO', 'EMFILE', 'ENFILE'];

/** What went wrong with the store, as an error a user can act on. Anything else passes through: an abort, a bug. */
export function explainStoreFailure(error: unknown, path: string): unknown {
  if (error instanceof FettleError) return error;
  const full = storageFailure(error, path);
  if (full || !hasCode(error, ...UNUSABLE)) return full ?? error;
  return new FettleError('E_CACHE', `The store of downloads cannot be used: ${messageOf(error)}`, {
    facts: { path },
    hint: 'See that the folder downloads of the cache is one, and that you may write to it.',
    cause: error,
  });
}
