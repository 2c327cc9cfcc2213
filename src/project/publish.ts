import { statSync } from 'node:fs';
import type { Host } from '../host/index.js';
import { composeEnvironment } from './compose.js';
import { generationOf, writeGeneration } from './generation.js';
import { writeLaunchers } from './launchers/index.js';
import { projectLayout } from './layout.js';
import { recordText, writeEnvironment } from './record-file.js';
import type { EnvironmentRecord } from './record.js';
import { trustFileOf, tryToTrust } from './trust.js';

type Person = Pick<Host, 'env' | 'home' | 'platform'>;

/**
 * Writes the record of a project and all that is made of it: launchers, the note that it is this user's, and last the
 * generation, because that makes the hooks of shells read the rest. What is there already is left as it is.
 * @throws FettleError E_DISK_FULL, E_FILE
 */
export function publishEnvironment(projectDir: string, record: EnvironmentRecord, host: Person): void {
  const text = recordText(record);
  writeEnvironment(projectDir, record);
  tryToTrust(projectDir, text, host);
  writeLaunchers(projectDir, composeEnvironment(record), record, host.platform);
  writeGeneration(projectDir, generationOf(text));
}

/** What is there of all that: a sync has work to do when one of these is no longer what it was. */
export function publishedFiles(projectDir: string, host: Person): readonly string[] {
  const { environmentFile, generationFile, launcherFolder } = projectLayout(projectDir);
  const files = [environmentFile, generationFile, launcherFolder, trustFileOf(projectDir, host)];
  return files.filter(isThere);
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
