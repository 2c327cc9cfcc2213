import { isAbsolute, join, resolve } from 'node:path';
import type { Host } from '../host/index.js';

/**
 * Where the cache lives when the command line names no place: `FETTLE_CACHE_ROOT` (relative to the working
 * directory), else the platform's own place for caches.
 */
export function defaultCacheRoot(host: Host): string {
  const chosen = host.env['FETTLE_CACHE_ROOT'];
  if (chosen) return resolve(host.cwd, chosen);
  switch (host.platform) {
    case 'windows':
      return join(host.env['LOCALAPPDATA'] || join(host.home, 'AppData', 'Local'), 'fettle', 'cache');
    case 'darwin':
      return xdgRoot(host) ?? join(host.home, 'Library', 'Caches', 'fettle');
    case 'linux':
      return xdgRoot(host) ?? join(host.home, '.cache', 'fettle');
  }
}

/** The XDG base directory specification says that a relative path is to be ignored. */
function xdgRoot(host: Host): string | undefined {
  const base = host.env['XDG_CACHE_HOME'];
  return base && isAbsolute(base) ? join(base, 'fettle') : undefined;
}
