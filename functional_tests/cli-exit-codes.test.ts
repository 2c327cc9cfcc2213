import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { RunReport, tarGz, World } from './support/index.js';

/** A project with one package of that recipe. */
async function projectWith(recipe: string): Promise<World> {
  const world = await World.create();
  await world.recipe('local.a@v1', recipe);
  await world.manifest('packages = { "local.a@v1" }');
  return world;
}

describe('the exit code tells the class of what happened', () => {
  test('0: done', async () => {
    await using world = await projectWith('install = "touch x"');
    expect((await world.fettle(['sync'])).exitCode).toBe(0);
  });

  test('1: a package failed', async () => {
    await using world = await projectWith('install = "exit 4"');
    expect((await world.fettle(['sync'])).exitCode).toBe(1);
  });

  test('1: packages failed for reasons of different classes', async () => {
    await using world = await projectWith('install = "exit 4"');
    await world.recipe('local.b@v1', 'install = {}');
    await world.manifest('packages = { "local.a@v1", "local.b@v1" }');
    expect((await world.fettle(['sync'])).exitCode).toBe(1);
  });

  test('2: the command line is not understood, or there is no manifest', async () => {
    await using world = await World.create();
    expect((await world.fettle(['sync', '--nope'])).exitCode).toBe(2);
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect([report.exitCode, report.error?.code]).toEqual([2, 'E_NO_MANIFEST']);
  });

  test('3: the manifest or a recipe is not valid', async () => {
    await using world = await projectWith('error("x")');
    expect((await world.fettle(['sync'])).exitCode).toBe(3);
    await world.manifest('error("x")');
    expect((await world.fettle(['sync'])).exitCode).toBe(3);
  });

  test('4: a file is not the one that was expected', async () => {
    await using world = await World.create();
    const url = world.server.serve('/a.tar.gz', tarGz([{ path: 'a', content: 'x' }]));
    await world.recipe('local.a@v1', `fetch = { source = "${url}", sha256 = "${'0'.repeat(64)}" }`);
    await world.manifest('packages = { "local.a@v1" }');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([4, 'E_CHECKSUM']);
  });

  test('5: not in the cache while offline; what is in the cache needs no network', async () => {
    await using world = await World.create();
    const archive = tarGz([{ path: 'a', content: 'x' }]);
    const url = world.server.serve('/a.tar.gz', archive);
    const digest = createHash('sha256').update(archive).digest('hex');
    await world.recipe('local.a@v1', `fetch = { source = "${url}", sha256 = "${digest}" }`);
    await world.manifest('packages = { "local.a@v1" }');
    const offline = new RunReport(await world.fettle(['sync', '--offline', '--json']));
    expect([offline.exitCode, offline.package('local.a@v1').error?.code]).toEqual([5, 'E_OFFLINE']);
    expect(world.server.requests).toEqual([]);
    expect((await world.fettle(['sync'])).exitCode).toBe(0);
    expect((await world.fettle(['sync'], { env: { FETTLE_OFFLINE: '1' } })).exitCode).toBe(0);
  });

  test('5: a download failed', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', `fetch = "${world.server.origin}/gone.tar.gz"`);
    await world.manifest('packages = { "local.a@v1" }');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([5, 'E_FETCH']);
  });

  test('6: another process holds the entry for too long', async () => {
    await using world = await World.create();
    const gate = world.gate('install');
    await world.recipe('local.a@v1', `install = [[${gate.command}; touch x]]`);
    await world.manifest('packages = { "local.a@v1" }');
    const first = await world.start(['sync']);
    await gate.arrived();
    const second = new RunReport(await world.fettle(['sync', '--lock-timeout', '0.2', '--json']));
    expect([second.exitCode, second.package('local.a@v1').error?.code]).toEqual([6, 'E_LOCK_TIMEOUT']);
    expect(second.result.stderr).toContain(String(first.pid));
    gate.open();
    expect((await first.result).exitCode).toBe(0);
  });

  test('7: the cache cannot be used', async () => {
    await using world = await projectWith('install = "touch x"');
    const file = await world.write('taken', 'a file');
    const report = new RunReport(await world.fettle(['--cache-root', file, 'sync', '--json'], { useCache: false }));
    expect([report.exitCode, report.error?.code, report.packages]).toEqual([7, 'E_CACHE', []]);
    expect(await world.read('taken')).toBe('a file');
  });

  test.each([
    ['130', 'SIGINT', 130],
    ['143', 'SIGTERM', 143],
  ] as const)('%s: %s ended the run', async (_code, signal, exitCode) => {
    await using world = await World.create();
    const gate = world.gate('install');
    await world.recipe('local.a@v1', `install = [[${gate.command}; touch x]]`);
    await world.manifest('packages = { "local.a@v1" }');
    const command = await world.start(['sync', '--json']);
    await gate.arrived();
    command.kill(signal);
    const report = new RunReport(await command.result);
    await gate.vanished();
    expect([report.exitCode, report.error?.code]).toEqual([exitCode, 'E_INTERRUPTED']);
    expect(report.package('local.a@v1').path).toBeNull();
  });

  test('143: SIGTERM ended a download of the fetch command', async () => {
    await using world = await World.create();
    const url = world.server.serve('/slow', (_request, response) => void response.writeHead(200).write('x'));
    const command = await world.start(['fetch', url]);
    await world.server.requested('/slow');
    command.kill('SIGTERM');
    expect((await command.result).exitCode).toBe(143);
  });
});
