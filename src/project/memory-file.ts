import { textIn } from '../support/text-in.js';
import { projectLayout } from './layout.js';
import { removeDeadDrafts, replaceFile } from './replace-file.js';

/** What a project keeps to save time: what its recipes said, and what the markers of their entries said. */
export type MemoryName = 'recipes' | 'entries';

/** The text that was kept; undefined where there is none, or none that can be read. */
export function readMemoryFile(projectDir: string, name: MemoryName): string | undefined {
  return textIn(fileOf(projectDir, name));
}

/** Keeps such a text. It only saves time, so where it cannot be written nothing fails. */
export function writeMemoryFile(projectDir: string, name: MemoryName, text: string): void {
  const file = fileOf(projectDir, name);
  try {
    removeDeadDrafts(file);
    // It holds values of variables, which may be anything.
    replaceFile(file, text, { mode: 0o600 });
  } catch {
    // As above.
  }
}

function fileOf(projectDir: string, name: MemoryName): string {
  const { recipesFile, entriesFile } = projectLayout(projectDir);
  return name === 'recipes' ? recipesFile : entriesFile;
}
