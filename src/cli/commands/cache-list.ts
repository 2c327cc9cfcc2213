import type { ListedCacheEntry } from '../../cache/index.js';
import { EXIT } from '../../errors/index.js';
import { canonicalOptions, type Options } from '../../manifest/index.js';
import { formatBytes } from '../../support/human-units.js';
import type { Invocation } from '../invocation.js';
import { openCacheOf } from '../open-cache.js';
import { tableLines } from '../text-table.js';

/** `fettle cache list`: every complete entry, the one used last first; with -v also where its files came from. */
export async function cacheList(invocation: Invocation, options: { readonly json?: boolean }): Promise<number> {
  await using cache = await openCacheOf(invocation);
  const entries = await cache.list();
  const isVerbose = invocation.globals.verbose ?? false;
  const text =
    options.json === true ? `${JSON.stringify({ entries: entries.map(asJson) })}\n` : asTable(entries, isVerbose);
  invocation.streams.out(text);
  return EXIT.ok;
}

function asJson(entry: ListedCacheEntry): object {
  const { identity, options = null, platformArch, key, bytes, files, lastUsed, completedAt, origin, path } = entry;
  return {
    ...{ identity, options, platform: platformArch, key, bytes, files },
    ...{ last_used: new Date(lastUsed).toISOString(), completed: new Date(completedAt).toISOString() },
    origin: origin.map(({ url, digest, build }) => ({ url, digest, ...(build && { build }) })),
    path,
  };
}

function asTable(entries: readonly ListedCacheEntry[], withOrigin: boolean): string {
  if (entries.length === 0) return '';
  const rows = entries.map((entry) => [
    ...[nameOf(entry), entry.platformArch, formatBytes(entry.bytes)],
    ...[minute(entry.lastUsed), minute(entry.completedAt), entry.path],
  ]);
  const lines = tableLines([['identity', 'platform', 'size', 'last used', 'completed', 'path'], ...rows]);
  return lines
    .map((line, index) => {
      const origin = withOrigin && index > 0 ? (entries[index - 1]?.origin ?? []) : [];
      return [line, ...origin.map(({ url }) => `  from ${url}`), ''].join('\n');
    })
    .join('');
}

/** As packages are called everywhere: the identity, and the options where there are any. */
function nameOf({ identity, options }: ListedCacheEntry): string {
  return typeof options === 'object' && options !== null ? identity + canonicalOptions(options as Options) : identity;
}

/** UTC, as `2026-01-31 23:59Z`. */
function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
