import { freshSync, type SyncOptions } from '../fresh-sync.js';
import type { Invocation } from '../invocation.js';

/** `fettle sync`: only a look at what it would do, when that is asked for; nothing, when the last one still holds; else the whole work, which is not even loaded before. */
export async function sync(invocation: Invocation, options: SyncOptions): Promise<number> {
  if (options.dryRun === true) return (await import('../dry-sync.js')).drySync(invocation, options);
  const exitCode = await freshSync(invocation, options);
  if (exitCode !== undefined) return exitCode;
  const { fullSync } = await import('../full-sync.js');
  return fullSync(invocation, options);
}
