import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { textIn } from '../support/text-in.js';
import { removeDeadDrafts, replaceFile } from './replace-file.js';
import { stateFolder, type Person } from './state-folder.js';

/**
 * Where this user's own syncs note the projects they wrote an environment for: outside of the project, where nobody
 * else writes. A hook activates what is noted here and nothing else, so that to enter a foreign folder changes nothing.
 */
export function trustFileOf(projectDir: string, person: Person): string {
  return join(stateFolder(person), 'projects', digest(realpathSync.native(projectDir)));
}

/**
 * Notes that this user's sync wrote this record.
 * @returns whether anything was written
 */
export function trustRecord(projectDir: string, recordText: string, person: Person): boolean {
  const file = trustFileOf(projectDir, person);
  const text = `${digest(recordText)}\n`;
  if (textIn(file) === text) return false;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  removeDeadDrafts(file);
  replaceFile(file, text, { mode: 0o600 });
  return true;
}

/** Who has no place for it can still do everything but have a hook activate the project, and hooks say so. */
export function tryToTrust(...trust: Parameters<typeof trustRecord>): void {
  try {
    trustRecord(...trust);
  } catch {
    // As above.
  }
}

/** Did a sync of this user write this record? */
export function isTrusted(projectDir: string, recordText: string, person: Person): boolean {
  return textIn(trustFileOf(projectDir, person)) === `${digest(recordText)}\n`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
