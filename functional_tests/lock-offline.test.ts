import { describe, expect, test } from '@jest/globals';
import { NpmRegistry, RunReport, World } from './support/index.js';

const HERE = `${process.platform === 'darwin' ? 'darwin' : 'linux'}-${process.arch === 'arm64' ? 'arm64' : 'x86_64'}`;
const ZERO = '0'.repeat(64);

async function sync(world: World, args: readonly string[] = []): Promise<RunReport> {
  return new RunReport(await world.fettle(['sync', '--json', ...args]));
}

/** What a sync without network says it lacks. */
function missingOf(report: RunReport): readonly string[] {
  const [, list = ''] = /^ {2}missing\n((?: {4}.*\n)*)/m.exec(report.result.stderr) ?? [];
  return list
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

describe('a sync without network', () => {
  test('tells of the only thing that is missing once', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', `fetch = "${world.server.origin}/one"`);
    await world.manifest('packages = { "local.a@v1" }');
    const { exitCode, stderr } = await world.fettle(['sync', '--offline']);
    expect(exitCode).toBe(5);
    expect(stderr.match(/error\[E_OFFLINE\]/g)).toHaveLength(1);
    expect(stderr).not.toContain('fettle.lock lacks');
  });

  test('names all that is missing at once, also what it would have come to only later', async () => {
    await using world = await World.create();
    const url = (name: string) => `${world.server.origin}/${name}`;
    await world.recipe(
      'local.base@v1',
      `fetch = { { source = "${url('one')}", sha256 = "${ZERO}" }, "${url('two')}" }`,
    );
    await world.recipe(
      'local.top@v1',
      `dependencies = { "local.base@v1" }\nfetch = "${url('three')}"\ninstall = "true"`,
    );
    await world.recipe('local.range@v1', 'fetch = "pkg:npm/kit@^1.0.0"');
    await world.recipe('local.fine@v1', 'install = "touch made"');
    await world.manifest(
      `packages = { "local.top@v1", "local.range@v1", "local.fine@v1", { recipe = "acme.far@v1", source = "${url('far.lua')}" } }\n`,
    );
    const report = await sync(world, ['--offline']);
    expect([report.exitCode, report.error?.code]).toEqual([5, 'E_OFFLINE']);
    expect(missingOf(report)).toEqual([
      `acme.far@v1: ${url('far.lua')}`,
      `local.base@v1: ${url('one')}`,
      `local.base@v1: ${url('two')}`,
      'local.range@v1: pkg:npm/kit@^1.0.0',
      `local.top@v1: ${url('three')}`,
    ]);
    expect(report.error?.hint).toContain('fettle fetch --all');
    expect(report.statuses['local.fine@v1']).toBe('installed');
    expect(world.server.requests).toEqual([]);
  });

  test('that fails for another reason tells that one', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "exit 1"');
    await world.manifest('packages = { "local.a@v1" }\n');
    const report = await sync(world, ['--offline']);
    expect([report.exitCode, report.error]).toEqual([1, null]);
  });
});

describe('an update without network', () => {
  test('loses nothing of what was locked', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.2.0');
    const loose = world.server.serve('/loose.bin', 'loose');
    await world.recipe('local.a@v1', `fetch = { "pkg:npm/kit@^1.0.0", "${loose}" }`);
    await world.manifest('packages = { "local.a@v1" }\n');
    await world.fettle(['lock']);
    const before = await world.read('fettle.lock');
    const { exitCode, stderr } = await world.fettle(['update', '--offline']);
    expect([exitCode, stderr.match(/fettle\.lock lacks local\.a@v1/g)?.length]).toEqual([5, 2]);
    expect(await world.read('fettle.lock')).toBe(before);
  });
});

describe('fettle fetch --all', () => {
  test('makes a machine ready: files, versions and recipes are there without network', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.2.0');
    const loose = world.server.serve('/loose.bin', 'loose');
    const recipe = world.server.serve('/far.lua', `identity = "acme.far@v1"\nfetch = "${loose}"\n`);
    await world.recipe('local.range@v1', 'fetch = "pkg:npm/kit@^1.0.0"');
    await world.manifest(`packages = { "local.range@v1", { recipe = "acme.far@v1", source = "${recipe}" } }\n`);
    const { exitCode, stderr, events } = await world.fettle(['fetch', '--all']);
    expect([exitCode, stderr.includes('2 files in the cache')]).toEqual([0, true]);
    expect(events.some(({ kind }) => kind === 'package:start')).toBe(false);
    const asked = world.server.requests.length;
    const report = await sync(world, ['--offline', '--locked']);
    expect([report.exitCode, report.statuses]).toEqual([
      0,
      { 'local.range@v1': 'installed', 'acme.far@v1': 'installed' },
    ]);
    expect(world.server.requests).toHaveLength(asked);
  });

  test('fetches for another platform, or for all of them', async () => {
    await using world = await World.create();
    for (const name of ['linux', 'darwin', 'windows']) world.server.serve(`/${name}.bin`, name);
    await world.recipe('local.a@v1', `fetch = "${world.server.origin}/" .. fettle.platform .. ".bin"`);
    await world.manifest(`packages = { "local.a@v1" }\nplatforms = { "${HERE}", "windows-x86_64" }\n`);
    expect((await world.fettle(['fetch', '--all', '--platform', 'windows-x86_64'])).exitCode).toBe(0);
    const count = world.server.count('/windows.bin');
    expect(count).toBe(1);
    const { stdout, exitCode } = await world.fettle(['fetch', '--all', '--all-platforms', '--json', '--offline']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      platforms: [HERE, 'windows-x86_64'],
      files: 2,
      failures: [],
      unknown: [],
    });
    expect(world.server.count('/windows.bin')).toBe(count);
  });

  test('tells what could not be had, and what only code knows', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', `fetch = { source = "${world.server.origin}/absent", sha256 = "${ZERO}" }`);
    await world.recipe('local.b@v1', 'fetch = function(ctx) end');
    await world.manifest('packages = { "local.a@v1", "local.b@v1" }\n');
    const { exitCode, stdout, stderr } = await world.fettle(['fetch', '--all', '--json']);
    expect(exitCode).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ failures: [{ package: 'local.a@v1' }], unknown: ['local.b@v1'] });
    expect(stderr).toContain('local.b@v1 asks for its downloads by code');
  });

  test.each([
    [['fetch']],
    [['fetch', 'http://127.0.0.1/a', '--all']],
    [['fetch', '--all', '--sha256', ZERO]],
    [['fetch', 'http://127.0.0.1/a', '--all-platforms']],
    [['fetch', '--all', '--platform', 'beos']],
    [['fetch', '--all', '--platform', 'linux-arm64', '--all-platforms']],
  ])('cannot be meant by %j', async (args) => {
    await using world = await World.create();
    await world.manifest('packages = {}\n');
    expect((await world.fettle(args)).exitCode).toBe(2);
  });
});
