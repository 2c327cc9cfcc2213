import { FettleError, hasCode, messageOf } from '../errors/index.js';

/** Runs `work` on the cache; what the system refuses becomes E_CACHE or E_DISK_FULL with the path and what to do. */
export async function onCacheFiles<T>(doing: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw cacheFailure(doing, path, error);
  }
}

/** The error of a file operation as the user sees it; anything but a system error comes back as it is. */
export function cacheFailure(doing: string, path: string, error: unknown): unknown {
  if (!hasCode(error, ...SYSTEM_CODES)) return error;
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
    return new FettleError('E_DISK_FULL', `the disk is full: fettle cannot ${doing}`, {
      facts: { path: pathOf(error) ?? path },
      hint: 'Make room, for example with `fettle cache gc`, or put the cache on another disk with --cache-root.',
      cause: error,
    });
  }
  return new FettleError('E_CACHE', `fettle cannot ${doing}`, {
    facts: { path: pathOf(error) ?? path, reason: messageOf(error) },
    hint: hintFor(error),
    cause: error,
  });
}

const SYSTEM_CODES = [
  ...[
    'EACCES',
    'EBADF',
    'EBUSY',
    'EDQUOT',
    'EEXIST',
    'EFBIG',
    'EINVAL',
    'EIO',
    'EISDIR',
    'ELOOP',
    'EMFILE',
    'ENAMETOOLONG',
  ],
  ...[
    'ENFILE',
    'ENOENT',
    'ENOSPC',
    'ENOTDIR',
    'ENOTEMPTY',
    'ENOTSUP',
    'EOPNOTSUPP',
    'EPERM',
    'EROFS',
    'ESTALE',
    'ETXTBSY',
    'EXDEV',
  ],
];

function pathOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('path' in error)) return undefined;
  return typeof error.path === 'string' ? error.path : undefined;
}

function hintFor(error: unknown): string {
  if (hasCode(error, 'EACCES', 'EPERM'))
    return 'Give yourself access to the cache, or choose another with --cache-root.';
  if (hasCode(error, 'EROFS')) return 'The file system is read-only; choose another cache with --cache-root.';
  if (hasCode(error, 'ENOTDIR', 'EISDIR', 'EEXIST'))
    return 'Something else stands in the way; move it or choose another cache with --cache-root.';
  if (hasCode(error, 'EMFILE', 'ENFILE'))
    return 'Raise the limit of open files (ulimit -n), or run fewer packages at once.';
  return 'Run the command again; if it fails again, remove the cache or choose another with --cache-root.';
}
