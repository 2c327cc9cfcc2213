import { randomUUID } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FettleError, hasCode, messageOf } from '../../errors/index.js';
import type { LockFile } from './lock-file.js';
import { parseConflictedLockFile, parseLockFile } from './parse-lock-file.js';
import { manifestLine, serializeLockFile } from './serialize.js';

const LOCK_FILE_NAME = 'fettle.lock';

/** The lock file of a manifest stands beside it. */
export function lockFileOf(manifestFile: string): string {
  return join(dirname(manifestFile), LOCK_FILE_NAME);
}

/**
 * The lock file, undefined when there is none.
 * @param options joinsConflicts takes a file that a merge has left conflicts in: both sides are joined
 * @throws FettleError E_LOCK_FILE
 */
export async function readLockFile(
  file: string,
  { joinsConflicts = false }: { readonly joinsConflicts?: boolean } = {},
): Promise<LockFile | undefined> {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  return joinsConflicts ? parseConflictedLockFile(text, file) : parseLockFile(text, file);
}

/**
 * Writes the lock file; a reader sees the old one or the new one, never a part.
 * @returns whether anything was written: an equal file is left as it is
 * @throws FettleError E_FILE, E_DISK_FULL
 */
export function writeLockFile(file: string, lock: LockFile): boolean {
  const text = serializeLockFile(lock);
  if (readIfThere(file) === text) return false;
  replaceText(file, text);
  return true;
}

/**
 * Puts the digest that the manifest has now in the place of another one, in a lock file that holds for both.
 * @returns false when the file does not have the other one; then nothing is written
 * @throws FettleError E_FILE, E_DISK_FULL
 */
export function relockManifest(file: string, digests: { readonly before: string; readonly after: string }): boolean {
  const lines = readIfThere(file)?.split('\n') ?? [];
  const place = lines.indexOf(manifestLine(digests.before));
  if (place === -1) return false;
  lines[place] = manifestLine(digests.after);
  replaceText(file, lines.join('\n'));
  return true;
}

function replaceText(file: string, text: string): void {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    keepMode(file, draft);
    renameSync(draft, file);
  } catch (error) {
    throw notWritten(file, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function keepMode(file: string, draft: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found) chmodSync(draft, found.mode & 0o777);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw new FettleError('E_FILE', `The lock file cannot be read: ${messageOf(error)}`, {
      facts: { path: file },
      cause: error,
    });
  }
}

function notWritten(path: string, cause: unknown): FettleError {
  if (cause instanceof FettleError) return cause;
  const code = hasCode(cause, 'ENOSPC', 'EDQUOT') ? 'E_DISK_FULL' : 'E_FILE';
  return new FettleError(code, `The lock file could not be written: ${messageOf(cause)}`, {
    facts: { path },
    hint: 'See that the project folder is writable and that the disk has room.',
    cause,
  });
}
