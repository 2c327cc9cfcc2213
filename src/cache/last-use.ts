import { statSync, utimesSync, writeFileSync } from 'node:fs';
import type { EntryPlace } from './layout.js';

/** Uses within this time of the last one are not recorded. */
const GRAIN_MS = 60 * 60 * 1000;

/**
 * Remembers that an entry was used, at most once an hour, as the time of a file beside the marker: most hits cost one
 * look and write nothing. Where the cache cannot be written to, nothing is remembered. Synchronous, because a look
 * through the thread pool costs a run with nothing to do more than the write does once an hour.
 */
export function recordUse(place: EntryPlace, now: number, completedAt = 0): void {
  try {
    if (now - lastUseOf(place, completedAt) < GRAIN_MS) return;
    touch(place.lastUsed, new Date(now));
  } catch {
    // To use an entry is no reason to fail.
  }
}

/** The same for a folder that keeps its last use as its own time. */
export function recordFolderUse(folder: string, now: number): void {
  try {
    const time = new Date(now);
    if (now - statSync(folder).mtimeMs >= GRAIN_MS) utimesSync(folder, time, time);
  } catch {
    // As above.
  }
}

/** Milliseconds since the epoch, to within an hour. */
export function lastUseOf(place: EntryPlace, completedAt: number): number {
  const stats = statSync(place.lastUsed, { throwIfNoEntry: false });
  return Math.max(completedAt, Math.round(stats?.mtimeMs ?? 0));
}

function touch(path: string, time: Date): void {
  writeFileSync(path, '', { flag: 'a' });
  utimesSync(path, time, time);
}
