import { readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.js';

/** Resolves when some holder of a lock of the world's cache has written down that it is in this phase: that takes a while. */
export function holderIsIn(world: World, phase: string): Promise<void> {
  const locks = join(world.cache, 'locks');
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (!readdirSync(locks).some((name) => phaseIn(join(locks, name)) === phase)) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(locks, look);
    watcher.once('error', reject);
    look();
  });
}

/** Of what is no record of a holder, or goes away just now, undefined. */
function phaseIn(file: string): unknown {
  if (!file.endsWith('.owner.json')) return undefined;
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { phase?: unknown }).phase;
  } catch {
    return undefined;
  }
}
