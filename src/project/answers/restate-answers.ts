import { readFileSync, statSync, utimesSync } from 'node:fs';
import { replaceFileNow } from '../replace-file.js';
import type { Person } from '../state-folder.js';
import type { Restated } from '../write-stamp.js';
import { answersFilesOf } from './answers-layout.js';
import { statLine } from './stat-line.js';

/**
 * Gives the answers of a project, if there are any, the dates that files have now, whose content is what it was. They
 * count no longer than before.
 * @param user - whose answers they must be, since the entry runs them; undefined where users have no numbers
 */
export function restateAnswers(
  projectDir: string,
  person: Person,
  changes: readonly Restated[],
  user: number | undefined,
): void {
  const lines = new Map(changes.map(({ before, after }) => [statLine(before), statLine(after)]));
  for (const file of Object.values(answersFilesOf(projectDir, person) ?? {})) {
    try {
      restate(file, lines, user);
    } catch {
      // There are none, or nobody may change them: then they no longer hold.
    }
  }
}

/** The states are the only lines of that form; the quotes around all of them stand beside the first and the last. */
const STATE_LINE = /(?<=^|')\d+ \d+\.\d{9} \d+\.\d{9} [0-9a-f]+ \d+(?=$|')/gm;

function restate(file: string, lines: ReadonlyMap<string, string>, user: number | undefined): void {
  const { uid, mtime } = statSync(file);
  if (uid !== user) return;
  const text = readFileSync(file, 'utf8');
  const restated = text.replaceAll(STATE_LINE, (line) => lines.get(line) ?? line);
  if (restated === text) return;
  replaceFileNow(file, restated, { mode: 0o600 });
  // Not before, or answers would count from now on.
  utimesSync(file, new Date(), mtime);
}
