import { statSync } from 'node:fs';
import type { Host } from '../host/index.js';
import { composeEnvironment } from './compose.js';
import { generationOf, writeGeneration } from './generation.js';
import { writeLaunchers } from './launchers/index.js';
import { projectLayout } from './layout.js';
import { readEnvironment, recordText, writeEnvironment } from './record-file.js';
import type { EnvironmentRecord } from './record.js';
import { trustFileOf, trustRecord } from './trust.js';

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

/**
 * The same for a manifest that says what the recorded one says, in other words: only its digest is written, and what follows from
 * the text of the record.
 * @param digests - as digestManifest gives them
 * @returns what may have been written; undefined when the record is not that of the manifest as it was
 * @throws FettleError E_NOT_SYNCED, E_DISK_FULL, E_FILE
 */
export function publishDigest(
  projectDir: string,
  digests: { readonly before: string; readonly after: string },
  host: Person,
): readonly string[] | undefined {
  const recorded = readEnvironment(projectDir);
  if (recorded?.manifestDigest !== digests.before) return undefined;
  const record = { ...recorded, manifestDigest: digests.after };
  const text = recordText(record);
  writeEnvironment(projectDir, record);
  tryToTrust(projectDir, text, host);
  writeGeneration(projectDir, generationOf(text));
  const { environmentFile, generationFile } = projectLayout(projectDir);
  return [environmentFile, generationFile, trustFileOf(projectDir, host)];
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

/** Who has no place for it can still do everything but have a hook activate the project, and hooks say so. */
function tryToTrust(projectDir: string, text: string, host: Person): void {
  try {
    trustRecord(projectDir, text, host);
  } catch {
    // As above.
  }
}
