import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World, type RunningCommand } from './support/index.js';

const A = 'local.a@v1';
const CONTENT = 'a verified file';
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

/** One package: a verified download, then a script that stands at the gate `build` together with a child of its own. */
async function worldAtWork(): Promise<World> {
  const world = await World.create();
  const url = world.server.serve('/source.txt', CONTENT);
  await world.manifest(`packages = { "${A}" }`);
  await world.recipe(
    A,
    `fetch = { source = "${url}", sha256 = "${SHA256}" }
     build = [[ ${world.gate('child').command} & ${world.gate('build').command}; wait ]]
     install = "cp ../stage/source.txt ."`,
  );
  return world;
}

async function startAndReachBuild(world: World): Promise<RunningCommand> {
  const command = await world.start(['install', '--json', '--jobs', '2']);
  await Promise.all([world.gate('build').arrived(), world.gate('child').arrived()]);
  return command;
}

async function filesOf(world: World, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(world.cache, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

async function expectNextRunSucceeds(world: World): Promise<RunReport> {
  world.gate('build').open();
  world.gate('child').open();
  const report = new RunReport(await world.fettle(['install', '--json']));
  expect(report.exitCode).toBe(0);
  expect(await world.read(`${report.package(A).path}/source.txt`)).toBe(CONTENT);
  return report;
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s in the middle of a script', (signal, exitCode) => {
  test(`ends every child, releases the lock, commits nothing and exits with ${exitCode}`, async () => {
    await using world = await worldAtWork();
    const command = await startAndReachBuild(world);
    command.kill(signal);
    await Promise.all([world.gate('build').vanished(), world.gate('child').vanished()]);
    const report = new RunReport(await command.result);

    expect(report.exitCode).toBe(exitCode);
    expect(report.error).toMatchObject({ code: 'E_INTERRUPTED' });
    expect(report.package(A)).toMatchObject({ path: null });
    expect(report.package(A).status).not.toBe('installed');
    expect(await filesOf(world, 'locks')).toEqual([]);
    expect(await filesOf(world, 'assets')).toEqual(['source.txt']);

    await expectNextRunSucceeds(world);
    expect(world.server.count('/source.txt')).toBe(1);
  });
});

test('a second SIGINT ends at once, also scripts that will not end', async () => {
  await using world = await World.create();
  const [first, second] = [world.gate('first'), world.gate('second')];
  await world.manifest(`packages = { "${A}" }`);
  await world.recipe(A, `install = [[ trap '' TERM; ${first.command} || ${second.command}; touch f ]]`);
  const command = await world.start(['install']);
  await first.arrived();
  command.kill('SIGINT');
  await second.arrived();
  command.kill('SIGINT');
  await second.vanished();
  expect((await command.result).exitCode).toBe(130);

  second.open();
  first.open();
  expect((await world.fettle(['install'])).exitCode).toBe(0);
});

test('an interrupted run starts nothing that was still waiting', async () => {
  await using world = await World.create();
  const gate = world.gate('base');
  await world.manifest(`packages = { "local.top@v1" }`);
  await world.recipe('local.top@v1', `dependencies = { "${A}" }; install = "touch top"`);
  await world.recipe(A, `install = [[${gate.command}; touch f]]`);
  const command = await world.start(['install', '--json']);
  await gate.arrived();
  command.kill('SIGINT');
  const report = new RunReport(await command.result);
  expect(report.exitCode).toBe(130);
  expect(report.events.filter((event) => event.kind === 'process:start')).toHaveLength(1);
  expect(report.statuses['local.top@v1']).toBe('skipped');
});

test('after a SIGKILL the next run takes over and succeeds', async () => {
  await using world = await worldAtWork();
  const command = await startAndReachBuild(world);
  command.kill('SIGKILL');
  expect((await command.result).signal).toBe('SIGKILL');
  const report = await expectNextRunSucceeds(world);
  expect(report.package(A).status).toBe('installed');
  expect(await filesOf(world, 'locks')).toEqual([]);
});

test('two processes on an empty cache build once, and both use it', async () => {
  await using world = await World.create();
  const gate = world.gate('install');
  await world.manifest(`packages = { "${A}" }`);
  await world.recipe(A, `install = [[${gate.command}; touch f]]`);
  const first = await world.start(['install', '--json']);
  await gate.arrived();
  const second = await world.start(['install', '--json']);
  const wait = await second.waitFor((event) => event.kind === 'lock:wait');
  expect(wait).toMatchObject({ owner: { pid: first.pid } });
  gate.open();
  const [one, other] = [new RunReport(await first.result), new RunReport(await second.result)];
  expect([one.package(A).status, other.package(A).status]).toEqual(['installed', 'cached']);
  expect(other.package(A).path).toBe(one.package(A).path);
  expect(gate.arrivals).toBe(1);
});

test('when the builder fails, the process that waited builds itself', async () => {
  await using world = await World.create();
  const gate = world.gate('install');
  await world.manifest(`packages = { "${A}" }`);
  await world.recipe(A, `install = [[${gate.command}; touch f]]`);
  const first = await world.start(['install', '--json']);
  await gate.arrived();
  const second = await world.start(['install', '--json']);
  await second.waitFor((event) => event.kind === 'lock:wait');
  gate.turnOneAway();
  await gate.arrived(2);
  gate.open();
  expect((await first.result).exitCode).toBe(1);
  expect(new RunReport(await second.result).package(A).status).toBe('installed');
});
