import { createHash } from 'node:crypto';
import { textIn } from '../support/text-in.js';
import { projectLayout } from './layout.js';
import { removeDeadDrafts, replaceFile } from './replace-file.js';

/** Hooks read exactly so many characters, whatever the file holds. */
const LENGTH = 16;

/** Which environment a record's text stands for: 16 lower-case hex digits. */
export function generationOf(recordText: string): string {
  return createHash('sha256').update(recordText).digest('hex').slice(0, LENGTH);
}

/**
 * Tells the hooks of shells that the environment has changed; written after everything else that they would read.
 * @returns whether anything was written
 */
export function writeGeneration(projectDir: string, generation: string): boolean {
  const { generationFile } = projectLayout(projectDir);
  removeDeadDrafts(generationFile);
  const text = `${generation}\n`;
  if (textIn(generationFile) === text) return false;
  replaceFile(generationFile, text);
  return true;
}
