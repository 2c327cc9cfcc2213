import { textIn } from '../support/text-in.js';
import { projectLayout } from './layout.js';
import { removeDeadDrafts, replaceFile } from './replace-file.js';

/** The text that was kept of the project's recipes; undefined where there is none, or none that can be read. */
export function readRecipesFile(projectDir: string): string | undefined {
  return textIn(projectLayout(projectDir).recipesFile);
}

/** Keeps such a text. It only saves time, so where it cannot be written nothing fails. */
export function writeRecipesFile(projectDir: string, text: string): void {
  const { recipesFile } = projectLayout(projectDir);
  try {
    removeDeadDrafts(recipesFile);
    // It holds values of variables, which may be anything.
    replaceFile(recipesFile, text, { mode: 0o600 });
  } catch {
    // As above.
  }
}
