import { generationOf, writeGeneration } from './generation.js';
import { projectLayout } from './layout.js';
import { readEnvironment, recordText, writeEnvironment } from './record-file.js';
import type { Person } from './state-folder.js';
import { trustFileOf, tryToTrust } from './trust.js';

/**
 * Records a manifest that says what the recorded one says, in other words: only its digest is written, and what follows from the
 * text of the record.
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
