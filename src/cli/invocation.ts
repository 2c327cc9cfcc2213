import { resolve } from 'node:path';
import type { Host } from '../host/index.js';
import { defaultCacheRoot } from '../cache/index.js';
import type { GlobalOptions } from './global-options.js';
import type { Streams } from './streams.js';

/** One call of the command line: what a command works with instead of process state. */
export interface Invocation {
  /** As detected, with `cwd` moved by -C. */
  readonly host: Host;
  readonly globals: GlobalOptions;
  readonly streams: Streams;
  readonly version: string;
  /** The folder of the recipes that ship with fettle. */
  readonly shippedDir: string;
  /** Another text for each build of fettle. */
  readonly build: string;
}

/** The cache that this call uses. */
export function cacheRootOf({ host, globals }: Invocation): string {
  return globals.cacheRoot === undefined ? defaultCacheRoot(host) : resolve(host.cwd, globals.cacheRoot);
}

/** How long Lua code may run, where this call says so. */
export function luaCpuLimitOf({ globals }: Invocation): { readonly cpuLimitMs?: number } {
  return globals.luaCpuLimit === undefined ? {} : { cpuLimitMs: globals.luaCpuLimit * 1000 };
}
