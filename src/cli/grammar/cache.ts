import type { Command } from 'commander';
import { acceptGlobalOptions } from '../global-options.js';
import type { Act, Add } from './grammar.js';

/** The commands that look after the cache. */
export function addCacheCommands(add: Add, act: Act): void {
  const cache = add('cache', 'look after the cache', 'fettle cache size');
  const addToCache = (name: string, description: string): Command =>
    acceptGlobalOptions(cache.command(name))
      .description(description)
      .addHelpText('after', `\nExample:\n  fettle cache ${name}`);
  addToCache('dir', 'print where the cache is').action(
    act(async (invocation) => (await import('../commands/cache.js')).cacheDir(invocation)),
  );
  addToCache('size', 'print how many bytes the cache takes')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('../commands/cache.js')).cacheSize(invocation, options),
      ),
    );
  addToCache('list', 'show what is in the cache')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('../commands/cache-list.js')).cacheList(invocation, options),
      ),
    );
  addToCache('verify', 'compare every file in the cache with what was recorded of it')
    .option('--repair', 'move broken entries away, so that the next run builds them again')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { repair?: boolean; json?: boolean }) =>
        (await import('../commands/cache-verify.js')).cacheVerify(invocation, options),
      ),
    );
  addToCache('gc', 'remove left-overs, what is too old, and what does not fit')
    .option('--max-size <size>', 'down to this size, what was used least recently first: 500M, 20G')
    .option('--older-than <age>', 'what was not used for so long: 12h, 30d')
    .option('--dry-run', 'only tell what would go')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { maxSize?: string; olderThan?: string; dryRun?: boolean; json?: boolean }) =>
        (await import('../commands/cache-gc.js')).cacheGc(invocation, options),
      ),
    );
  addToCache('clear', 'remove everything that no running process uses')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('../commands/cache.js')).cacheClear(invocation, options),
      ),
    );
}
