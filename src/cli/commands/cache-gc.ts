import type { CollectedItem, Collection } from '../../cache/index.js';
import { EXIT } from '../../errors/index.js';
import { formatBytes } from '../../support/human-units.js';
import { Interruption } from '../interruption.js';
import type { Invocation } from '../invocation.js';
import { openCacheOf } from '../open-cache.js';
import { parseAge, parseSize } from '../size-and-age.js';

interface GcOptions {
  readonly maxSize?: string;
  readonly olderThan?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `fettle cache gc`: removes left-overs, what is too old, and what was used least recently down to a size. */
export async function cacheGc(invocation: Invocation, options: GcOptions): Promise<number> {
  const { maxSize, olderThan, dryRun = false } = options;
  const limits = {
    ...(maxSize !== undefined && { maxBytes: parseSize('--max-size', maxSize) }),
    ...(olderThan !== undefined && { olderThanMs: parseAge('--older-than', olderThan) }),
  };
  await using cache = await openCacheOf(invocation);
  using interruption = new Interruption(() => undefined);
  const collection = await cache.collect({ ...limits, dryRun, signal: interruption.signal });
  if (options.json === true) invocation.streams.out(`${JSON.stringify(asJson(collection, dryRun))}\n`);
  else if (invocation.globals.quiet !== true) invocation.streams.err(asText(collection, dryRun, invocation));
  return EXIT.ok;
}

function asJson({ removed, kept, bytesFreed, bytesLeft }: Collection, dryRun: boolean): object {
  return {
    ...{ dry_run: dryRun, bytes_freed: bytesFreed, bytes_left: bytesLeft },
    ...{ removed: removed.map(itemJson), kept: kept.map(itemJson) },
  };
}

function itemJson({ kind, name, bytes, lastUsed }: CollectedItem): object {
  return { kind, name, bytes, last_used: new Date(lastUsed).toISOString() };
}

function asText(
  { removed, kept, bytesFreed, bytesLeft }: Collection,
  dryRun: boolean,
  { globals }: Invocation,
): string {
  const shown = dryRun || globals.verbose === true ? removed : [];
  const verb = dryRun ? 'would remove' : 'removed';
  return [
    ...shown.map((item) => `${verb} ${item.kind} ${item.name} (${formatBytes(item.bytes)})\n`),
    ...kept.map((item) => `kept, for it is in use: ${item.kind} ${item.name} (${formatBytes(item.bytes)})\n`),
    `${dryRun ? 'would free' : 'freed'} ${formatBytes(bytesFreed)}, ${formatBytes(bytesLeft)} left\n`,
  ].join('');
}
