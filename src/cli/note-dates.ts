import { dirname } from 'node:path';
import { restamp, restateAnswers, type Redated, type SyncStamp } from '../project/index.js';
import type { Invocation } from './invocation.js';

/**
 * Lets the next sync, and the command's entry, see by dates alone what this one had to read. Who cannot write reads it again.
 * @param changes the files that had to be read, and those that this sync has written anew
 */
export function noteDates(
  { host }: Invocation,
  { stamp, manifestFile }: { readonly stamp: SyncStamp; readonly manifestFile: string },
  changes: { readonly redated: readonly Redated[]; readonly rewritten?: readonly string[] },
): void {
  if (changes.redated.length === 0) return;
  const projectDir = dirname(manifestFile);
  try {
    const restated = restamp(projectDir, stamp, { ...changes, since: host.now() });
    restateAnswers(projectDir, host, restated, process.geteuid?.());
  } catch {
    // Nothing is lost but time.
  }
}
