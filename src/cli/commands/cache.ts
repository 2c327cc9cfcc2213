import { EXIT } from '../../errors/index.js';
import { formatBytes } from '../../support/human-units.js';
import { cacheRootOf, type Invocation } from '../invocation.js';
import { openCacheOf } from '../open-cache.js';

/** `fettle cache dir`: prints where the cache is; it need not exist yet. */
export function cacheDir(invocation: Invocation): number {
  invocation.streams.out(`${cacheRootOf(invocation)}\n`);
  return EXIT.ok;
}

/** `fettle cache size`: bytes on disk, by what they are. */
export async function cacheSize(invocation: Invocation, options: { readonly json?: boolean }): Promise<number> {
  await using cache = await openCacheOf(invocation);
  const size = await cache.size();
  if (options.json === true) {
    invocation.streams.out(`${JSON.stringify(size)}\n`);
    return EXIT.ok;
  }
  const rows: readonly (readonly [string, string])[] = [
    ['total', formatBytes(size.bytes)],
    ['assets', `${formatBytes(size.assets)} in ${String(size.entries)} entries`],
    ['recipes', formatBytes(size.recipes)],
    ['downloads', formatBytes(size.downloads)],
    ['other', formatBytes(size.other)],
  ];
  invocation.streams.out(rows.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join(''));
  return EXIT.ok;
}

/** `fettle cache clear`: removes all that no running process holds or uses, and says how many bytes that freed. */
export async function cacheClear(invocation: Invocation, options: { readonly json?: boolean }): Promise<number> {
  await using cache = await openCacheOf(invocation);
  const { bytesFreed, kept } = await cache.clear();
  if (options.json === true) {
    invocation.streams.out(`${JSON.stringify({ bytes_freed: bytesFreed, kept })}\n`);
    return EXIT.ok;
  }
  if (invocation.globals.quiet === true) return EXIT.ok;
  invocation.streams.err(`freed ${formatBytes(bytesFreed)}\n`);
  for (const entry of kept) invocation.streams.err(`kept, for it is in use: ${entry}\n`);
  return EXIT.ok;
}
