import { expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { World, type RunningCommand } from './support/index.js';

/** Who has left the script's process group is found on Linux only. */
const MEMBERS = ['stubborn', 'nohup', 'grandchild', 'leader', ...(process.platform === 'linux' ? ['job'] : [])];

// A script and all that it starts end with fettle, however fettle ends. Everything a script starts inherits the pipe
// `family`; when that is at its end, none of them is left, and nothing has to be looked for in the process table.

const A = 'local.a@v1';

/** Resolves when nobody holds the writing end of the named pipe any more. Its first writer lets it be opened. */
async function familyPipe(world: World): Promise<{ path: string; allGone: Promise<unknown> }> {
  const path = join(world.temporary, 'family');
  execFileSync('mkfifo', [path]);
  const stream = createReadStream(path);
  stream.resume();
  return { path, allGone: once(stream, 'close') };
}

/** Every kind of child that a build leaves behind when only its leader is killed. */
function familyScript(world: World, pipe: string): string {
  const standing = (name: string): string => world.gate(name).command;
  return [
    `exec 9>'${pipe}'`,
    `(trap '' TERM; ${standing('stubborn')}) &`,
    `nohup ${standing('nohup')} &`,
    `(${standing('grandchild')} & wait) &`,
    // Jobs have process groups of their own, like what timeout(1) starts.
    ...(MEMBERS.includes('job') ? [`set -m; ${standing('job')} & set +m`] : []),
    standing('leader'),
    'wait',
    'touch done',
  ].join('\n');
}

async function startFamily(world: World): Promise<{ command: RunningCommand; allGone: Promise<unknown> }> {
  const { path, allGone } = await familyPipe(world);
  await world.manifest(`packages = { "${A}" }`);
  await world.recipe(A, `install = [[\n${familyScript(world, path)}\n]]`);
  const command = await world.start(['install', '--json']);
  await Promise.all(MEMBERS.map((name) => world.gate(name).arrived()));
  return { command, allGone };
}

/** The processes that wait for the end of `parent` to end its scripts. */
function guardsOf(parent: number): readonly number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  const guards = lines.map((line) => line.trim().split(/\s+/)).filter((words) => words.includes('fettle-orphan-guard'));
  return guards.filter(([, of, state]) => Number(of) === parent && state !== 'Z').map(([pid]) => Number(pid));
}

/** No event tells of the end of another one's child: this asks until it is so, and the test's timeout is the limit. */
async function goneFromSystem(pid: number): Promise<void> {
  while (stateOf(pid) !== '') await new Promise(setImmediate);
}

/** Empty for a process that is not there, or dead and not reaped yet. */
function stateOf(pid: number): string {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim().replace(/^Z.*/, '');
}

test('SIGKILL of fettle ends a script with all that it has started, and then the guard is gone too', async () => {
  await using world = await World.create();
  const { command, allGone } = await startFamily(world);
  const guards = guardsOf(command.pid);
  expect(guards).toHaveLength(1);
  command.kill('SIGKILL');
  await allGone;
  await Promise.all(MEMBERS.map((name) => world.gate(name).vanished()));
  await Promise.all(guards.map(goneFromSystem));
  expect((await command.result).signal).toBe('SIGKILL');
});

test('a crash of fettle ends them as well', async () => {
  await using world = await World.create();
  const { command, allGone } = await startFamily(world);
  command.kill('SIGSEGV');
  await allGone;
  expect((await command.result).signal).toBe('SIGSEGV');
});

test('SIGKILL of fettle ends a clone of git, with the helpers that git has started', async () => {
  await using world = await World.create();
  let hangUp: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => {
    hangUp = resolve;
  });
  // Never answered: the helper of git that talks to the server waits until it is killed.
  world.server.serve('/kit.git/info/refs', (request) => void request.socket.once('close', hangUp));
  await world.manifest(`packages = { "${A}" }`);
  await world.recipe(A, `fetch = { source = "git+${world.server.origin}/kit.git", ref = "v1" }`);
  const command = await world.start(['install', '--json']);
  await world.server.requested('/kit.git/info/refs');
  command.kill('SIGKILL');
  await hungUp;
});

test('Ctrl-C leaves neither scripts nor the guard', async () => {
  await using world = await World.create();
  const { command, allGone } = await startFamily(world);
  const guards = guardsOf(command.pid);
  command.kill('SIGINT');
  // The one that ignores SIGTERM is not waited for.
  command.kill('SIGINT');
  expect((await command.result).exitCode).toBe(130);
  await allGone;
  await Promise.all(guards.map(goneFromSystem));
});

test('a run that ends by itself leaves no guard, and what a script has left running goes on', async () => {
  await using world = await World.create();
  const [left, leader] = [world.gate('left'), world.gate('leader')];
  await world.manifest(`packages = { "${A}" }`);
  await world.recipe(A, `install = [[ ${left.command} >/dev/null 2>&1 & ${leader.command}; touch done ]]`);
  const command = await world.start(['install', '--json']);
  await Promise.all([left.arrived(), leader.arrived()]);
  const guards = guardsOf(command.pid);
  expect(guards).toHaveLength(1);
  leader.open();
  expect((await command.result).exitCode).toBe(0);
  await Promise.all(guards.map(goneFromSystem));
  // It still stands there and can be let through.
  expect(left.letOneThrough()).toBe(true);
});

test('one guard serves all scripts of a run', async () => {
  await using world = await World.create();
  const [first, second] = [world.gate('first'), world.gate('second')];
  await world.manifest(`packages = { "${A}" }`);
  await world.recipe(A, `build = [[${first.command}]]; install = [[${second.command}; touch done]]`);
  const command = await world.start(['install', '--json']);
  await first.arrived();
  const guards = guardsOf(command.pid);
  first.open();
  await second.arrived();
  expect(guards).toHaveLength(1);
  expect(guardsOf(command.pid)).toEqual(guards);
  second.open();
  expect((await command.result).exitCode).toBe(0);
});
