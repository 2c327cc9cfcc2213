import { chmod, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError, hasCode, messageOf } from '../../errors/index.js';
import type { Platform } from '../../host/index.js';
import type { ComposedEnvironment } from '../compose.js';
import { projectLayout } from '../layout.js';
import type { EnvironmentRecord } from '../record.js';
import { CMD_HEAD, cmdLauncher } from './cmd.js';
import { POSIX_HEAD, posixLauncher } from './posix.js';
import { projectPrograms } from './programs.js';

const EXECUTABLE = 0o755;

/**
 * Makes `.fettle/bin` hold one launcher for each program of the project. A launcher that is right stays as it is; one
 * that changes is replaced, so that a shell which runs it still reads the old one to its end.
 * @throws FettleError E_DISK_FULL, E_FILE
 */
export async function writeLaunchers(
  projectDir: string,
  composed: ComposedEnvironment,
  record: EnvironmentRecord,
  platform: Platform,
): Promise<void> {
  const { launcherFolder, launcherDraft } = projectLayout(projectDir);
  const wanted = wantedLaunchers(composed, projectPrograms(composed, record, launcherFolder), {
    launcherFolder,
    platform,
  });
  try {
    if (wanted.size > 0) await mkdir(launcherFolder, { recursive: true });
    await removeStale(launcherFolder, wanted);
    await removeDrafts(launcherDraft);
    for (const [file, text] of wanted) await writeLauncher(file, text, launcherDraft);
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
  const launcherOf = isWindows ? cmdLauncher : posixLauncher;
  return new Map(
    [...programs].map(([name, program]) => [
      join(launcherFolder, isWindows ? `${name}.cmd` : name),
      launcherOf(composed, { name, program, launcherFolder }),
    ]),
  );
}

async function writeLauncher(file: string, text: string, draft: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) {
    // Somebody may have taken the right away.
    if (((await stat(file)).mode & 0o111) === 0) await chmod(file, EXECUTABLE);
    return;
  }
  const { replaceFile } = await import('../replace-file.js');
  await replaceFile(file, text, { mode: EXECUTABLE, draft });
}

/** Launchers of programs that are gone. What others put there stays. */
async function removeStale(folder: string, wanted: ReadonlyMap<string, string>): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const file of names.map((name) => join(folder, name))) {
    if (!wanted.has(file) && (await isLauncher(file))) await rm(file, { force: true });
  }
}

async function removeDrafts(draft: string): Promise<void> {
  const { removeDeadDrafts } = await import('../replace-file.js');
  await removeDeadDrafts(draft);
}

async function isLauncher(file: string): Promise<boolean> {
  const head = await readHead(file).catch(() => '');
  return head.startsWith(POSIX_HEAD) || head.startsWith(CMD_HEAD);
}

async function readHead(file: string): Promise<string> {
  await using handle = await open(file, 'r');
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
  return buffer.toString('utf8', 0, bytesRead);
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
export async function launcherNames(projectDir: string): Promise<readonly string[]> {
  const names = await readdir(projectLayout(projectDir).launcherFolder).catch(() => []);
  return names.map((name) => name.replace(/\.cmd$/, ''));
}
