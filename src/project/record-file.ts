import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FettleError, hasCode, messageOf } from '../errors/index.js';
import { textIn } from '../support/text-in.js';
import { projectLayout, type ProjectLayout } from './layout.js';
import { parseRecord } from './parse-record.js';
import { removeDeadDrafts, replaceFile } from './replace-file.js';
import type { EnvironmentRecord } from './record.js';

/** Where the record of a project is. */
export function environmentFileOf(projectDir: string): string {
  return projectLayout(projectDir).environmentFile;
}

/** SHA-256 of a manifest, as records keep it. */
export function digestManifest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Was the manifest edited since the record was written? */
export function manifestChanged(record: EnvironmentRecord, manifestBytes: Uint8Array): boolean {
  return record.manifestDigest !== digestManifest(manifestBytes);
}

/**
 * The record of a project, undefined when it was never synced.
 * @throws FettleError E_NOT_SYNCED for a record that cannot be used: damaged, of a newer fettle, of another folder.
 * A sync overwrites it.
 */
export function readEnvironment(projectDir: string): EnvironmentRecord | undefined {
  const { environmentFile } = projectLayout(projectDir);
  const text = readIfThere(environmentFile);
  if (text === undefined) return undefined;
  const parsed = parseRecord(text);
  if (parsed.kind === 'newer') throw newer(environmentFile, parsed.version);
  if (parsed.kind === 'damaged')
    throw unusable(environmentFile, `The project's environment is damaged: ${parsed.problem}.`);
  const recordedFor = dirname(parsed.record.manifestFile);
  if (!isSameFolder(recordedFor, projectDir)) throw ofAnotherFolder(environmentFile, recordedFor, projectDir);
  return parsed.record;
}

/**
 * Writes the record of a project. A reader sees the old record or the new one, never a part; of two writers the last
 * one wins. It is not forced to the disk: after a power cut a damaged record is refused, and a sync writes it anew.
 * @returns whether anything was written: an equal record is left as it is, with its modification time
 * @throws FettleError E_DISK_FULL, E_FILE
 */
export function writeEnvironment(projectDir: string, record: EnvironmentRecord): boolean {
  const layout = projectLayout(projectDir);
  const text = recordText(record);
  try {
    makeFolder(layout);
    removeDeadDrafts(layout.environmentFile);
    if (textIn(layout.environmentFile) === text) return false;
    replaceFile(layout.environmentFile, text);
    return true;
  } catch (error) {
    throw notWritten(layout.environmentFile, error);
  }
}

/** A record as its file holds it. */
export function recordText(record: EnvironmentRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw unusable(file, `The project's environment cannot be read: ${messageOf(error)}`, error);
  }
}

/** Links may name one folder in two ways. A folder that is gone is another one. */
function isSameFolder(one: string, other: string): boolean {
  if (resolve(one) === resolve(other)) return true;
  const [first, second] = [one, other].map((folder) => statSync(folder, { throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

/** The ignore file is the user's once it is there. */
function makeFolder({ folder, ignoreFile }: ProjectLayout): void {
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(ignoreFile, '*\n', { flag: 'wx' });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

function unusable(path: string, message: string, cause?: unknown): FettleError {
  return new FettleError('E_NOT_SYNCED', message, {
    facts: { path },
    hint: 'Run "fettle sync": it writes the environment anew.',
    cause,
  });
}

function newer(path: string, version: number): FettleError {
  return new FettleError('E_NOT_SYNCED', "The project's environment was written by a newer fettle.", {
    facts: { path, expected: 'version 1', got: `version ${version}` },
    hint: 'Use that fettle, or run "fettle sync" to write the environment anew with this one.',
  });
}

function ofAnotherFolder(path: string, recordedFor: string, projectDir: string): FettleError {
  return new FettleError('E_NOT_SYNCED', "The project's environment was recorded for another folder.", {
    facts: { path, expected: projectDir, got: recordedFor },
    hint: 'The project was moved or copied. Run "fettle sync" here.',
  });
}

function notWritten(path: string, cause: unknown): FettleError {
  const code = hasCode(cause, 'ENOSPC', 'EDQUOT') ? 'E_DISK_FULL' : 'E_FILE';
  return new FettleError(code, `The project's environment could not be written: ${messageOf(cause)}`, {
    facts: { path },
    hint: 'See that the project folder is writable and that the disk has room.',
    cause,
  });
}
