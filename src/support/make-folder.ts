import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasCode } from '../errors/index.js';

/** Another process may remove an empty parent between two steps; then the whole way is made again. */
const MOST_MISSES = 10;

/**
 * Makes a folder, and those above it; one that is there is fine. Node's own `recursive` says ENOENT on a read-only file
 * system, which hides the reason, and tries for ever where a file system lets nobody make folders (/proc).
 * @returns whether it was not there
 * @throws the system's own error, with its path
 */
export function makeFolder(path: string): boolean {
  for (let misses = 0; ; misses += 1) {
    try {
      mkdirSync(path);
      return true;
    } catch (error) {
      const isMissed = hasCode(error, 'ENOENT') && misses < MOST_MISSES && dirname(path) !== path;
      if (!isMissed && isFolder(path)) return false;
      if (!isMissed) throw error;
    }
    makeFolder(dirname(path));
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
