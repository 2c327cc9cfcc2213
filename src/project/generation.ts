import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { projectLayout } from './layout.js';

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
export async function writeGeneration(projectDir: string, generation: string): Promise<boolean> {
  const { generationFile } = projectLayout(projectDir);
  const { removeDeadDrafts, replaceFile } = await import('./replace-file.js');
  await removeDeadDrafts(generationFile);
  const text = `${generation}\n`;
  if ((await readFile(generationFile, 'utf8').catch(() => undefined)) === text) return false;
  await replaceFile(generationFile, text);
  return true;
}
