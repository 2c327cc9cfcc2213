import { isAbsolute, relative, sep } from 'node:path';

/** Is `path` somewhere below `folder`? The folder itself is not; links are not followed. */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
