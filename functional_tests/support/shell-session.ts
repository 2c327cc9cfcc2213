import { test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from './world.js';

const COMMAND_LINE = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** How a shell is driven as a person would, but with lines from a pipe. */
interface DrivenShell {
  /** Without its user's start-up files. */
  readonly argv: readonly [string, ...string[]];
  /** Shows a prompt, where the shell shows none when its input is a pipe. */
  readonly prompt: string;
  /** Code that defines `show NAME`, `value NAME` and `sync`, and takes the hook. */
  readonly prelude: readonly string[];
  /** Code that takes the output of a command as code. */
  evaluate(command: string): string;
}

const POSIX_PRELUDE = [
  `show() { printf 'shown\\t%s\\t%s\\t%s\\t%s\\t\\n' "$1" "$?" "\${ODD-unset}" "$PATH"; }`,
  'sync() { "$NODE" "$FETTLE" --cache-root "$CACHE" -q sync; }',
];

export const DRIVEN_SHELLS = {
  bash: {
    argv: ['bash', '--noprofile', '--norc', '-i'],
    prompt: '',
    prelude: POSIX_PRELUDE,
    evaluate: (command) => `eval "$(${command})"`,
  },
  zsh: {
    argv: ['zsh', '-f', '-i'],
    prompt: '',
    prelude: POSIX_PRELUDE,
    evaluate: (command) => `eval "$(${command})"`,
  },
  fish: {
    argv: ['fish', '--no-config'],
    prompt: 'emit fish_prompt',
    prelude: [
      `function show; set -l code $status; set -q ODD; and set -l odd "$ODD"; or set -l odd unset; printf 'shown\\t%s\\t%s\\t%s\\t%s\\t\\n' $argv[1] $code $odd "$PATH"; end`,
      'function sync; env $NODE $FETTLE --cache-root $CACHE -q sync; end',
    ],
    evaluate: (command) => `${command} | source`,
  },
} as const satisfies Record<string, DrivenShell>;

export type DrivenShellName = keyof typeof DRIVEN_SHELLS;

/** Whether this machine has a program. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Skips where a program is missing. */
export function testWith(program: string): typeof test {
  return (hasProgram(program) ? test : test.skip) as typeof test;
}

/** A title that says so. */
export function titleFor(title: string, program: string): string {
  return `${title} ${program}${hasProgram(program) ? '' : ` (SKIPPED: this machine has no ${program})`}`;
}

/** What `show NAME` saw. */
export interface Shown {
  readonly status: string;
  /** `unset` when the project's variable was not there. */
  readonly odd: string;
  readonly path: string;
}

export interface Session {
  readonly shown: Readonly<Record<string, Shown>>;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** The surroundings of a person in this world: as those that its commands have. */
export function environmentOf(world: World, added: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: world.home,
    TMPDIR: world.temporary,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NODE: process.execPath,
    FETTLE: COMMAND_LINE,
    CACHE: world.cache,
    ...added,
  };
}

/** Types lines into a shell with the hook of fettle, one after the other. */
export function shellSession(
  world: World,
  name: DrivenShellName,
  lines: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly hook?: string } = {},
): Promise<Session> {
  const { argv } = DRIVEN_SHELLS[name];
  return runShell(world, argv, {
    cwd: world.root,
    env: environmentOf(world, { PS1: '', PS2: '', ...options.env }),
    input: sessionText(name, lines, options.hook),
  });
}

/** What such a session types, for a shell that is started from another one. */
export function sessionText(name: DrivenShellName, lines: readonly string[], hook?: string): string {
  const { prelude, evaluate, prompt } = DRIVEN_SHELLS[name];
  const all = [...prelude, evaluate(hook ?? `env "$NODE" "$FETTLE" hook ${name}`), ...lines];
  return all.flatMap((line) => (prompt === '' ? [line] : [line, prompt])).join('\n') + '\n';
}

/** Runs a shell on input to its end. The input is a file: fish reads none from what Node calls a pipe. */
export async function runShell(
  world: World,
  [program, ...args]: readonly [string, ...string[]],
  { cwd, env, input }: { readonly cwd: string; readonly env: Record<string, string>; readonly input: string },
): Promise<Session> {
  const file = join(world.temporary, `input-${randomUUID()}`);
  await writeFile(file, input);
  await using stdin = await open(file);
  const child = spawn(program, args, { cwd, env, stdio: [stdin.fd, 'pipe', 'pipe'] });
  const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { stdout: stdout(), stderr: stderr(), exitCode, shown: shownIn(stdout()) };
}

function collected(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

function shownIn(stdout: string): Readonly<Record<string, Shown>> {
  const found = stdout.matchAll(/shown\t(\w+)\t(\d+)\t([^\t]*)\t([^\t]*)\t/g);
  return Object.fromEntries(
    [...found].map(([, name = '', status = '', odd = '', path = '']) => [name, { status, odd, path }]),
  );
}
