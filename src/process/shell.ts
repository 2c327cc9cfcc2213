import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { FettleError, hasCode } from '../errors/index.js';
import type { Platform } from '../host/index.js';

/** A shell as a recipe or manifest names it, parsed. */
export type Shell =
  | { readonly form: 'builtin'; readonly name: 'bash' | 'sh' | 'cmd' | 'powershell' }
  /** The script is the last argument. */
  | { readonly form: 'inline'; readonly argv: readonly string[] }
  /** The script is written to a file ending in `ext`, whose path is the last argument. */
  | { readonly form: 'file'; readonly argv: readonly string[]; readonly ext: string };

const BUILTIN_COMMANDS: Readonly<Record<'bash' | 'sh' | 'cmd' | 'powershell', readonly string[]>> = {
  bash: ['bash', '-e', '-o', 'pipefail'],
  sh: ['/bin/sh', '-e'],
  cmd: ['cmd.exe', '/d', '/q', '/c'],
  powershell: ['powershell.exe', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'],
};

/** The program and its arguments, before the ones that carry the script. */
export function shellCommand(shell: Shell): readonly string[] {
  return shell.form === 'builtin' ? BUILTIN_COMMANDS[shell.name] : shell.argv;
}

/** A stable string for keys: two shells have the same one exactly when they run scripts alike. */
export function describeShell(shell: Shell): string {
  switch (shell.form) {
    case 'builtin':
      return `builtin:${shell.name}`;
    case 'inline':
      return `inline:${JSON.stringify(shell.argv)}`;
    case 'file':
      return `file:${JSON.stringify([shell.ext, ...shell.argv])}`;
  }
}

/**
 * Refuses what cannot run here before anything is started. Whether `bash` is on the script's PATH is known only when
 * it starts; `runScript` then throws the same code.
 * @throws FettleError E_SHELL
 */
export function assertShellUsable(shell: Shell, platform: Platform): void {
  if (shell.form === 'builtin') {
    assertKnownOn(shell.name, platform);
    return;
  }
  const program = shell.argv[0] ?? '';
  if (!isAbsolute(program)) {
    throw unusable(program, 'is not an absolute path', 'A custom shell is not searched on PATH: write its whole path.');
  }
  assertRunnableFile(program, platform);
}

/** The error for a shell whose program could not be started. */
export function shellNotStarted(shell: Shell, cause: unknown): FettleError {
  const [program = ''] = shellCommand(shell);
  const hint =
    shell.form === 'builtin'
      ? `Install ${program}, see that it is on PATH, or choose another shell with default_shell.`
      : 'Correct the path of the custom shell, or use one of fettle.shell.';
  return unusable(program, hasCode(cause, 'ENOENT') ? 'was not found' : 'could not be started', hint, cause);
}

function assertKnownOn(name: string, platform: Platform): void {
  const onlyOnWindows = name === 'cmd' || name === 'powershell';
  if (!onlyOnWindows || platform === 'windows') return;
  throw new FettleError('E_SHELL', `The shell ${name.toUpperCase()} exists only on Windows.`, {
    facts: { shell: name, platform },
    hint: 'Use fettle.shell.BASH or fettle.shell.SH here; fettle.platform tells the platforms apart.',
  });
}

function assertRunnableFile(program: string, platform: Platform): void {
  const found = statSync(program, { throwIfNoEntry: false });
  const hint = 'The first element of a custom shell is the path of an executable file.';
  if (!found) throw unusable(program, 'does not exist', hint);
  if (!found.isFile()) throw unusable(program, 'is not a regular file', hint);
  if (platform === 'windows') return;
  try {
    accessSync(program, constants.X_OK);
  } catch (error) {
    throw unusable(program, 'is not executable', hint, error);
  }
}

function unusable(program: string, problem: string, hint: string, cause?: unknown): FettleError {
  return new FettleError('E_SHELL', `The shell "${program}" ${problem}.`, { facts: { shell: program }, hint, cause });
}
