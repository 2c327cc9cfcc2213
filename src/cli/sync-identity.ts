import { resolve } from 'node:path';
import type { SyncStamp } from '../project/index.js';
import type { Invocation } from './invocation.js';

/** What besides files and Lua's environment variables makes two syncs the same. */
export function syncIdentity(
  { host, globals, build, version }: Invocation,
  manifestFile: string,
  modes: { readonly lock: string; readonly link: string | null },
): SyncStamp['identity'] {
  const { FETTLE_CACHE_ROOT = null, XDG_CACHE_HOME = null, LOCALAPPDATA = null } = host.env;
  return {
    build,
    version,
    platform: `${host.platform}-${host.arch}`,
    manifest: manifestFile,
    cacheRoot: globals.cacheRoot === undefined ? null : resolve(host.cwd, globals.cacheRoot),
    home: host.home,
    ...modes,
    releaseAge: globals.requireReleaseAge?.toString() ?? null,
    FETTLE_CACHE_ROOT: FETTLE_CACHE_ROOT === null ? null : resolve(host.cwd, FETTLE_CACHE_ROOT),
    XDG_CACHE_HOME,
    LOCALAPPDATA,
  };
}
