import { chmodSync, closeSync, mkdirSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FettleError, hasCode, messageOf } from '../../errors/index.js';
import type { Platform } from '../../host/index.js';
import { namesIn } from '../../support/names-in.js';
import { textIn } from '../../support/text-in.js';
import type { ComposedEnvironment } from '../compose.js';
import { projectLayout } from '../layout.js';
import type { EnvironmentRecord } from '../record.js';
import { removeDeadDrafts, replaceFile } from '../replace-file.js';
import { CMD_HEAD, cmdLauncher } from './cmd.js';
import { POSIX_HEAD, posixLauncher } from './posix.js';
import { projectPrograms } from './programs.js';

const EXECUTABLE = 0o755;

/**
 * Makes `.fettle/bin` hold one launcher for each program of the project. A launcher that is right stays as it is; one
 * that changes is replaced, so that a shell which runs it still reads the old one to its end.
 * @throws FettleError E_DISK_FULL, E_FILE
 */
export function writeLaunchers(
  projectDir: string,
  composed: ComposedEnvironment,
  record: EnvironmentRecord,
  platform: Platform,
): void {
  const { launcherFolder, launcherDraft } = projectLayout(projectDir);
  const wanted = wantedLaunchers(composed, projectPrograms(composed, record, launcherFolder), {
    launcherFolder,
    platform,
  });
  try {
    if (wanted.size > 0) mkdirSync(launcherFolder, { recursive: true });
    removeStale(launcherFolder, wanted);
    removeDeadDrafts(launcherDraft);
    for (const [file, text] of wanted) writeLauncher(file, text, launcherDraft);
  } catch (error) {
    throw notWritten(launcherFolder, error);
  }
}

function wantedLaunchers(
  composed: ComposedEnvironment,
  programs: ReadonlyMap<string, string>,
  { launcherFolder, platform }: { readonly launcherFolder: string; readonly platform: Platform },
): ReadonlyMap<string, string> {
  const isWindows = platform === 'windows';
  const write = (isWindows ? cmdLauncher : posixLauncher)(composed, launcherFolder);
  return new Map(
    [...programs].map(([name, program]) => [
      join(launcherFolder, isWindows ? `${name}.cmd` : name),
      write({ name, program }),
    ]),
  );
}

function writeLauncher(file: string, text: string, draft: string): void {
  if (textIn(file) === text) {
    // Somebody may have taken the right away.
    if ((statSync(file).mode & 0o111) === 0) chmodSync(file, EXECUTABLE);
    return;
  }
  replaceFile(file, text, { mode: EXECUTABLE, draft });
}

/** Launchers of programs that are gone. What others put there stays. */
function removeStale(folder: string, wanted: ReadonlyMap<string, string>): void {
  for (const file of namesIn(folder).map((name) => join(folder, name))) {
    if (!wanted.has(file) && isLauncher(file)) rmSync(file, { force: true });
  }
}

function isLauncher(file: string): boolean {
  const head = headOf(file);
  return head.startsWith(POSIX_HEAD) || head.startsWith(CMD_HEAD);
}

/** Empty for what cannot be read. */
function headOf(file: string): string {
  const head = Buffer.alloc(64);
  try {
    const descriptor = openSync(file, 'r');
    try {
      return head.toString('utf8', 0, readSync(descriptor, head));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}

function notWritten(path: string, cause: unknown): FettleError {
  const code = hasCode(cause, 'ENOSPC', 'EDQUOT') ? 'E_DISK_FULL' : 'E_FILE';
  return new FettleError(code, `The project's launchers could not be written: ${messageOf(cause)}`, {
    facts: { path },
    hint: 'See that the project folder is writable and that the disk has room.',
    cause,
  });
}

/** What the launchers of a project are called; none where there was no sync. */
export function launcherNames(projectDir: string): readonly string[] {
  return namesIn(projectLayout(projectDir).launcherFolder).map((name) => name.replace(/\.cmd$/, ''));
}
