import { readFileSync, statSync, utimesSync } from 'node:fs';
import { replaceFile } from '../replace-file.js';
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

function restate(file: string, lines: ReadonlyMap<string, string>, user: number | undefined): void {
  const { uid, mtime } = statSync(file);
  if (uid !== user) return;
  const text = readFileSync(file, 'utf8');
  const restated = restatedText(text, lines);
  if (restated === text) return;
  replaceFile(file, restated, { mode: 0o600 });
  // Not before, or answers would count from now on.
  utimesSync(file, new Date(), mtime);
}

/** The states, digits and dots, stand on lines of their own; the quotes around all of them are beside the first and the last. */
function restatedText(text: string, lines: ReadonlyMap<string, string>): string {
  const states = [...lines.keys()].map((line) => line.replaceAll('.', '\\.')).join('|');
  return text.replace(new RegExp(`(?<![^\\n'])(?:${states})(?![^\\n'])`, 'g'), (line) => lines.get(line) ?? line);
}
