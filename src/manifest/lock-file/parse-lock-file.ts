import { messageOf } from '../../errors/index.js';
import { joinLockFiles, conflictLines, refuseConflicts, sidesOfConflict } from './conflicts.js';
import { lockFileError } from './lock-file-error.js';
import { LockFileText } from './lock-file-text.js';
import { LOCK_FILE_VERSION, type LockFile } from './lock-file.js';
import { readLockTables } from './lock-tables.js';
import { readPlainToml, type TomlTable } from './read-plain.js';

/**
 * Reads a lock file.
 * @param file for messages
 * @throws FettleError E_LOCK_FILE: no TOML (with line and column), a merge conflict (with its lines), of a newer fettle,
 *   entries twice, wrong types
 */
export async function parseLockFile(text: string, file: string): Promise<LockFile> {
  const plain = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  refuseConflicts(plain, file);
  const tables = readPlainToml(plain) ?? (await readToml(plain, file));
  refuseOtherVersions(tables, file);
  return readLockTables(tables, new LockFileText(file, plain));
}

/** As parseLockFile; the two sides of an unfinished merge are joined. */
export async function parseConflictedLockFile(text: string, file: string): Promise<LockFile> {
  const plain = text.replaceAll('\r\n', '\n');
  if (conflictLines(plain).length === 0) return parseLockFile(plain, file);
  const { ours, theirs } = sidesOfConflict(plain);
  return joinLockFiles(await parseLockFile(ours, file), await parseLockFile(theirs, file), file);
}

/** All of TOML: for what was written by hand, and for telling what is wrong with it. */
async function readToml(text: string, file: string): Promise<TomlTable> {
  const { parse } = await import('smol-toml');
  try {
    return parse(text);
  } catch (error) {
    throw lockFileError('is no TOML', { file, text, ...placeOf(error), cause: error });
  }
}

/** By shape: errors of other realms are no instances of ours. */
function placeOf(error: unknown): { readonly line?: number; readonly facts: Record<string, string> } {
  const [reason = ''] = messageOf(error).split('\n');
  const problem = { problem: reason.replace(/^Invalid TOML document: /, '') };
  if (typeof error !== 'object' || error === null || !('line' in error) || !('column' in error))
    return { facts: problem };
  const { line, column } = error;
  return {
    ...(typeof line === 'number' && { line }),
    facts: { ...problem, column: String(column) },
  };
}

function refuseOtherVersions({ version }: TomlTable, file: string): void {
  if (version === LOCK_FILE_VERSION) return;
  const isNewer = typeof version === 'number' && version > LOCK_FILE_VERSION;
  throw lockFileError(isNewer ? 'was written by a newer fettle' : 'does not say a version that fettle knows', {
    file,
    facts: { expected: `version = ${LOCK_FILE_VERSION}`, got: describeVersion(version) },
    ...(isNewer && { hint: 'Update fettle. The file was left as it is.' }),
  });
}

function describeVersion(version: unknown): string {
  return version === undefined ? 'no version' : `version = ${JSON.stringify(version)}`;
}
