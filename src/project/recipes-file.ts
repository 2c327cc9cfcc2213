import { readFileSync } from 'node:fs';
import { projectLayout } from './layout.js';
import { removeDeadDrafts, replaceFile } from './replace-file.js';

/** The text that was kept of the project's recipes; undefined where there is none, or none that can be read. */
export function readRecipesFile(projectDir: string): string | undefined {
  try {
    return readFileSync(projectLayout(projectDir).recipesFile, 'utf8');
  } catch {
    return undefined;
  }
}

/** Keeps such a text. It only saves time, so where it cannot be written nothing fails. */
export async function writeRecipesFile(projectDir: string, text: string): Promise<void> {
  const { recipesFile } = projectLayout(projectDir);
  try {
    await removeDeadDrafts(recipesFile);
    // It holds values of variables, which may be anything.
    await replaceFile(recipesFile, text, { mode: 0o600 });
  } catch {
    // As above.
  }
}
