import { openCache, type Cache } from '../../cache/index.js';
import { EXIT } from '../../errors/index.js';
import { formatBytes } from '../../support/human-units.js';
import { cacheRootOf, type Invocation } from '../invocation.js';

/** `fettle cache dir`: prints where the cache is; it need not exist yet. */
export function cacheDir(invocation: Invocation): number {
  invocation.streams.out(`${cacheRootOf(invocation)}\n`);
  return EXIT.ok;
}

/** `fettle cache size`: bytes on disk, by what they are. */
export async function cacheSize(invocation: Invocation, options: { readonly json?: boolean }): Promise<number> {
  await using cache = await open(invocation);
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

/** `fettle cache clear`: removes all that no running process holds, and says how many bytes that freed. */
export async function cacheClear(invocation: Invocation, options: { readonly json?: boolean }): Promise<number> {
  await using cache = await open(invocation);
  const { bytesFreed, kept } = await cache.clear();
  if (options.json === true) {
    invocation.streams.out(`${JSON.stringify({ bytes_freed: bytesFreed, kept })}\n`);
    return EXIT.ok;
  }
  invocation.streams.err(`freed ${formatBytes(bytesFreed)}\n`);
  for (const entry of kept) invocation.streams.err(`kept, for it is in use: ${entry}\n`);
  return EXIT.ok;
}

function open(invocation: Invocation): Promise<Cache> {
  return openCache({ root: cacheRootOf(invocation), host: invocation.host });
}
