import { messageOf } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import { runProgram, type Shell } from '../../process/index.js';
import { findCommand } from '../../project/index.js';
import { ok, problem, warning, type Finding } from './finding.js';

/** A program that has not told its version by then hangs. */
const TIMEOUT_MS = 10_000;

interface Wanted {
  readonly name: string;
  /** Names that it may have, the first one first. */
  readonly programs: readonly string[];
  readonly whenMissing: 'warning' | 'problem';
  readonly mend: string;
  /** Tells its version and ends. */
  readonly versionArguments?: readonly string[];
}

/** What scripts of recipes and downloads call: shells, compiler, make, git. */
export async function checkPrograms(host: Host, defaultShell: Shell | undefined): Promise<readonly Finding[]> {
  const wanted = [...shellsOf(host), ...toolsOf(host)];
  const found = await Promise.all(wanted.map((each) => checkProgram(each, host)));
  return [...customShell(host, defaultShell), ...found];
}

/** The shells that `fettle.shell` offers on this platform. bash is the one of scripts that name none. */
function shellsOf({ platform }: Host): readonly Wanted[] {
  const bash: Wanted = {
    name: 'bash',
    programs: ['bash'],
    whenMissing: 'problem',
    mend: 'Install bash, or see that it is on PATH: scripts of recipes run in it where nothing else is set.',
    versionArguments: ['--version'],
  };
  if (platform !== 'windows')
    return [
      bash,
      { name: 'sh', programs: ['/bin/sh'], whenMissing: 'problem', mend: 'Install a POSIX shell as /bin/sh.' },
    ];
  const others = ['cmd.exe', 'powershell.exe'].map((program): Wanted => ({
    ...{ name: program, programs: [program], whenMissing: 'warning' },
    mend: 'See that the folders of Windows are on PATH.',
  }));
  return [{ ...bash, mend: 'Install Git for Windows, or set default_shell in fettle.lua.' }, ...others];
}

function toolsOf({ platform }: Host): readonly Wanted[] {
  const kit = {
    linux: 'for example the package build-essential or gcc',
    darwin: 'xcode-select --install',
    windows: 'MSVC or MinGW',
  }[platform];
  const versionArguments = ['--version'];
  return [
    {
      name: 'C compiler',
      programs: platform === 'windows' ? ['cl', 'gcc', 'clang'] : ['cc', 'gcc', 'clang'],
      whenMissing: 'warning',
      mend: `Only recipes that compile need one. Install it (${kit}).`,
      versionArguments: platform === 'windows' ? [] : versionArguments,
    },
    {
      name: 'make',
      programs: ['make', 'gmake'],
      whenMissing: 'warning',
      mend: `Only recipes that call make need it. Install it (${kit}).`,
      versionArguments,
    },
    {
      name: 'git',
      programs: ['git'],
      whenMissing: 'warning',
      mend: 'Only git sources need it. Install git, or see that it is on PATH.',
      versionArguments,
    },
  ];
}

async function checkProgram(wanted: Wanted, host: Host): Promise<Finding> {
  const { name, programs, whenMissing, mend, versionArguments = [] } = wanted;
  const file = programs.map((program) => fileOf(program, host)).find((each) => each !== undefined);
  if (file === undefined) {
    return (whenMissing === 'problem' ? problem : warning)(name, `${programs.join(', ')}: not found`, mend);
  }
  if (versionArguments.length === 0) return ok(name, file);
  const { version, failure } = await versionOf(file, versionArguments, host);
  if (failure !== undefined) return warning(name, `${file} does not run: ${failure}`, mend);
  return ok(name, `${file} (${version})`);
}

function fileOf(program: string, { env, cwd }: Host): string | undefined {
  try {
    return findCommand(program, env, cwd);
  } catch {
    return undefined;
  }
}

/** Some systems have stand-ins that only say what to install. */
async function versionOf(
  file: string,
  args: readonly string[],
  { env, tmp }: Host,
): Promise<{ readonly version: string; readonly failure?: string }> {
  try {
    const request = {
      argv: [file, ...args],
      cwd: tmp,
      env,
      signal: new AbortController().signal,
      timeoutMs: TIMEOUT_MS,
    };
    const { exitCode, stdout, stderr, timedOut } = await runProgram(request);
    if (exitCode === 0) return { version: firstLine(stdout) };
    return { version: '', failure: timedOut ? 'it hangs' : firstLine(stderr) || `exit code ${String(exitCode)}` };
  } catch (error) {
    return { version: '', failure: messageOf(error) };
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.trim() ?? '';
}

/** A shell that the manifest names by its path; the others are looked for anyway. */
function customShell(host: Host, shell: Shell | undefined): readonly Finding[] {
  if (!shell) return [];
  const name = 'default shell';
  if (shell.form === 'builtin') return [ok(name, `${shell.name}, as fettle.lua says`)];
  const [program = ''] = shell.argv;
  if (fileOf(program, host) !== undefined) return [ok(name, `${program}, as fettle.lua says`)];
  return [problem(name, `${program} is not an executable file`, 'Correct default_shell in fettle.lua.')];
}
