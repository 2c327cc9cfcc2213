import { FettleError } from '../errors/index.js';
import type { Platform } from '../host/index.js';

/** Bytes of a path that the system takes: PATH_MAX without its NUL, and what Windows takes of long paths. */
const LONGEST_PATH: Readonly<Partial<Record<Platform, number>>> = { linux: 4095, darwin: 1023, windows: 32_000 };
/** What fettle and most packages put below the root: `assets/<identity>/<variant>/attempt-1/asset/…`. */
const ROOM = 512;

/**
 * Refuses a root below which nothing could be built, before anything is made there.
 * @throws FettleError E_CACHE
 */
export function refuseLongRoot(root: string, platform: Platform): void {
  const longest = (LONGEST_PATH[platform] ?? 1023) - ROOM;
  const bytes = Buffer.byteLength(root);
  if (bytes <= longest) return;
  throw new FettleError('E_CACHE', 'the path of the cache is too long', {
    facts: { path: root, expected: `at most ${longest} bytes`, got: `${bytes} bytes` },
    hint: 'Choose a folder with a shorter path with --cache-root.',
  });
}
