import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stateFolder, type Person } from './state-folder.js';

/**
 * Where this user's own syncs note the projects they wrote an environment for: outside of the project, where nobody
 * else writes. A hook activates what is noted here and nothing else, so that to enter a foreign folder changes nothing.
 */
export async function trustFileOf(projectDir: string, person: Person): Promise<string> {
  return join(stateFolder(person), 'projects', digest(await realpath(projectDir)));
}

/**
 * Notes that this user's sync wrote this record.
 * @returns whether anything was written
 */
export async function trustRecord(projectDir: string, recordText: string, person: Person): Promise<boolean> {
  const file = await trustFileOf(projectDir, person);
  const text = `${digest(recordText)}\n`;
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return false;
  const { removeDeadDrafts, replaceFile } = await import('./replace-file.js');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await removeDeadDrafts(file);
  await replaceFile(file, text, { mode: 0o600 });
  return true;
}

/** Did a sync of this user write this record? */
export async function isTrusted(projectDir: string, recordText: string, person: Person): Promise<boolean> {
  const noted = await readFile(await trustFileOf(projectDir, person), 'utf8').catch(() => '');
  return noted === `${digest(recordText)}\n`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
