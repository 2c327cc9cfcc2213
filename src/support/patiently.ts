import { setTimeout as pause } from 'node:timers/promises';
import { hasCode } from '../errors/index.js';

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 200;
/** Who holds many files open closes them sooner or later; longer than this it is no shortage that passes. */
const PATIENCE_MS = 20_000;

/**
 * Does what the system may refuse because too many files are open, again and again for a while: others of this process
 * close theirs meanwhile, so that work slows down where it would fail. `work` must be fit to be begun anew.
 * @throws what `work` throws; EMFILE and ENFILE only after 20 seconds
 */
export async function patiently<T>(work: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const started = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isShortOfFiles(error) || performance.now() - started >= patienceMs) throw error;
    }
    await pause(pauseMs);
  }
}

/** Whether a failure, or its cause, is that no more files can be opened. */
export function isShortOfFiles(error: unknown): boolean {
  if (hasCode(error, 'EMFILE', 'ENFILE')) return true;
  return typeof error === 'object' && error !== null && 'cause' in error && isShortOfFiles(error.cause);
}
