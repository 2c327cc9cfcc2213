import { hasCode } from './fettle-error.js';

/** What an operation on files may answer, by the system's own names: errno(3). */
const FILE_CODES = [
  ...['EACCES', 'EBADF', 'EBUSY', 'EDQUOT', 'EEXIST', 'EFBIG', 'EINVAL', 'EIO', 'EISDIR', 'ELOOP', 'EMFILE', 'EMLINK'],
  ...['ENAMETOOLONG', 'ENFILE', 'ENOENT', 'ENOSPC', 'ENOSYS', 'ENOTDIR', 'ENOTEMPTY', 'ENOTSUP', 'ENOTTY'],
  ...['EOPNOTSUPP', 'EPERM', 'EROFS', 'ESTALE', 'ETXTBSY', 'EXDEV'],
];

/** Whether the file system says no; anything else that is thrown is a bug, or has words of its own. */
export function isFileSystemError(error: unknown): boolean {
  return hasCode(error, ...FILE_CODES);
}
