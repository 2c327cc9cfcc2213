import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from '../support/index.js';
import type { Names } from './plain-text.js';

const COMMAND_LINE = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A command of a session, and what the page shows below it. */
export interface Step {
  readonly command: string;
  readonly shown: string;
}

export interface ScriptResult {
  readonly exitCode: number | null;
  /** stdout and stderr, as a terminal has them. */
  readonly output: string;
}

/** Lines that begin with `$ ` are commands, `> ` goes on with one, others are output. */
export function parseSession(code: string): readonly Step[] {
  const steps: { command: string; shown: string }[] = [];
  for (const line of code.split('\n')) {
    const last = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), shown: '' });
    else if (!last) throw new Error(`a session begins with a command, not with: ${line}`);
    else if (line.startsWith('> ') && last.shown === '') last.command += `\n${line.slice(2)}`;
    else last.shown += `${line}\n`;
  }
  return steps;
}

/** Runs the commands in one bash. @returns the output of each */
export async function playSession(world: World, steps: readonly Step[]): Promise<readonly string[]> {
  const mark = '@@ next command @@';
  const script = steps.map(({ command }) => `printf '%s\\n' '${mark}'\n${command}\n`).join('');
  const { output } = await runScript(world, script, []);
  return output.split(`${mark}\n`).slice(1);
}

/** Runs a script with bash in the project, as its owner would. */
export async function runScript(world: World, script: string, options: readonly string[]): Promise<ScriptResult> {
  const file = join(world.temporary, 'script.sh');
  await writeFile(file, `exec 2>&1\n${script}`);
  const child = spawn('bash', [...options, file], {
    cwd: world.project,
    env: { ...(await environment(world)) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      resolve({ exitCode, output });
    });
  });
}

/** What pages call the folders of a world. */
export function namesIn(world: World): Names {
  return [
    [`${programsIn(world)}:${process.env['PATH'] ?? ''}`, '/usr/local/bin:/usr/bin:/bin'],
    [world.project, '/home/me/project'],
    [world.home, '/home/me'],
  ];
}

/** The configuration of npm and pip counts, as it does for fettle; https://example.com is the server of the world. */
async function environment(world: World): Promise<Record<string, string>> {
  const programs = programsIn(world);
  await mkdir(programs, { recursive: true });
  await writeFile(join(programs, 'fettle'), `#!/bin/sh\nexec '${process.execPath}' '${COMMAND_LINE}' "$@"\n`);
  await chmod(join(programs, 'fettle'), 0o755);
  return {
    ...configurationOfRegistries(world),
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    HOME: world.home,
    TMPDIR: world.temporary,
    LANG: 'C.UTF-8',
    SHELL: '/bin/bash',
    FETTLE_MIRRORS: `https://example.com/=${world.server.origin}/`,
  };
}

function programsIn(world: World): string {
  return join(world.root, 'programs');
}

/** Of the developer's npm and pip, so that registries can be reached; a world with an .npmrc has its own registry. */
function configurationOfRegistries(world: World): Record<string, string> {
  const ownFile = join(world.home, '.npmrc');
  const userFile = join(process.env['HOME'] ?? '', '.npmrc');
  const counts = existsSync(ownFile) ? /^pip_/i : /^(pip_|npm_config_|https?_proxy$|no_proxy$|ssl_cert_file$)/i;
  const inherited = Object.entries(process.env).filter(([name]) => counts.test(name)) as [string, string][];
  return { ...Object.fromEntries(inherited), NPM_CONFIG_USERCONFIG: existsSync(ownFile) ? ownFile : userFile };
}
