import { FettleError, hasCode, isFileSystemError, messageOf } from '../errors/index.js';
import { reportedOpenFilesLimit } from '../host/index.js';

/** Runs `work` on the cache; what the system refuses becomes E_CACHE or E_DISK_FULL with the path and what to do. */
export async function onCacheFiles<T>(doing: string, path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw cacheFailure(doing, path, error);
  }
}

/** The error of a file operation as the user sees it; anything but a system error comes back as it is. */
export function cacheFailure(doing: string, path: string, error: unknown): unknown {
  if (!isFileSystemError(error)) return error;
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
    return new FettleError('E_DISK_FULL', `the disk is full: fettle cannot ${doing}`, {
      facts: { path: pathOf(error) ?? path },
      hint: 'Make room, for example with `fettle cache gc`, or put the cache on another disk with --cache-root.',
      cause: error,
    });
  }
  return new FettleError('E_CACHE', `fettle cannot ${doing}`, {
    facts: {
      path: pathOf(error) ?? path,
      reason: messageOf(error),
      ...(hasCode(error, 'EMFILE') && openFilesFact()),
      ...(hasCode(error, 'ENAMETOOLONG') && lengthsOf(pathOf(error) ?? path)),
    },
    hint: hintFor(error),
    cause: error,
  });
}

export const MORE_FILES = 'Raise the limit of open files (ulimit -n), or run fewer packages at once (--packages).';

export function openFilesFact(): { readonly limit?: string } {
  const limit = reportedOpenFilesLimit();
  return limit === undefined ? {} : { limit: `${limit} open files` };
}

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
  if (hasCode(error, 'EMFILE', 'ENFILE')) return MORE_FILES;
  if (hasCode(error, 'ENAMETOOLONG'))
    return 'The file system takes no path that long; choose a shorter one for the cache with --cache-root.';
  if (hasCode(error, 'ENOENT') && refusesFolders(error))
    return 'No folders can be made there; choose another cache with --cache-root.';
  return 'Run the command again; if it fails again, remove the cache or choose another with --cache-root.';
}

/** What is missing is not the folder above: that one would have been made. */
function refusesFolders(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'mkdir';
}

/** What file systems limit, in bytes: nearly all of them names to 255, and Linux paths to 4095, other systems to less. */
function lengthsOf(path: string): { readonly expected: string; readonly got: string } {
  const longest = Math.max(...path.split(/[\\/]/).map((name) => Buffer.byteLength(name)));
  const got = `a path of ${Buffer.byteLength(path)} bytes with a name of ${longest}`;
  return { got, expected: 'mostly at most 4095 and 255' };
}
