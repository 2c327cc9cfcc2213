import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { NpmRegistry, RunReport, World } from './support/index.js';

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const HERE = `${process.platform === 'darwin' ? 'darwin' : 'linux'}-${process.arch === 'arm64' ? 'arm64' : 'x86_64'}`;

async function sync(world: World, args: readonly string[] = []): Promise<RunReport> {
  return new RunReport(await world.fettle(['sync', '--json', ...args]));
}

const lockOf = (world: World): Promise<string> => world.read('fettle.lock');

/** The platforms that the file as a whole is for. */
async function platformsOf(world: World): Promise<readonly string[]> {
  const [, list = ''] = /^platforms = \[\n([^\]]*)\]/m.exec(await lockOf(world)) ?? [];
  return [...list.matchAll(/"(.*)"/g)].map(([, name = '']) => name);
}

describe('the platforms of a lock file', () => {
  test('are this one and those that the manifest says', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}\nplatforms = { "windows-x86_64", "darwin" }\n');
    await sync(world);
    expect(await platformsOf(world)).toEqual(
      [...new Set([HERE, 'darwin-arm64', 'darwin-x86_64', 'windows-x86_64'])].sort(),
    );
  });

  test('are those that its entries name, when it says nothing', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "true"');
    await world.manifest('packages = { { recipe = "local.a@v1", platforms = { "windows-arm64" } } }\n');
    await sync(world);
    expect(await platformsOf(world)).toEqual([HERE, 'windows-arm64'].sort());
    expect(await lockOf(world)).toContain('identity = "local.a@v1"\nplatforms = [\n  "windows-arm64",\n]');
  });

  test('stay those of colleagues, until the manifest says which there are', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "true"');
    await world.manifest('packages = { "local.a@v1" }\n');
    await sync(world);
    await world.write('fettle.lock', (await lockOf(world)).replace(`  "${HERE}",`, `  "darwin-arm64",\n  "${HERE}",`));
    await world.recipe('local.a@v1', 'install = "true" -- changed');
    await sync(world);
    expect(await platformsOf(world)).toEqual([...new Set(['darwin-arm64', HERE])].sort());
    expect((await lockOf(world)).match(/local\.a@v1"$/gm)).toHaveLength(1);
    await world.manifest(`packages = { "local.a@v1" }\nplatforms = { "${HERE}" }\n`);
    await sync(world);
    expect(await platformsOf(world)).toEqual([HERE]);
  });

  test.each([
    ['platforms = { "beos" }', 'unknown platform'],
    ['platforms = "linux"', 'must be an array'],
    ['strict = "yes"', 'must be true or false'],
  ])('%s is an error of the manifest', async (line, message) => {
    await using world = await World.create();
    await world.manifest(`packages = {}\n${line}\n`);
    const { error, exitCode } = await sync(world);
    expect([exitCode, error?.code]).toEqual([3, 'E_MANIFEST']);
    expect(error?.message).toContain(message);
  });
});

describe('a package that is another one elsewhere', () => {
  const BOTH = `packages = { "local.a@v1" }\nplatforms = { "${HERE}", "windows-x86_64" }\n`;

  test('is locked with the downloads and dependencies of each platform, and run only here', async () => {
    await using world = await World.create();
    for (const name of ['linux', 'darwin', 'windows']) world.server.serve(`/kit-${name}.bin`, name);
    await world.recipe('local.base@v1', 'install = "true"');
    await world.recipe(
      'local.a@v1',
      `fetch = "${world.server.origin}/kit-" .. fettle.platform .. ".bin"\n` +
        'if fettle.platform == "windows" then dependencies = { "local.base@v1" } end\n' +
        'print("loaded for " .. fettle.platform)',
    );
    await world.manifest(BOTH);
    const report = await sync(world);
    expect([report.exitCode, report.packages.length]).toEqual([0, 1]);
    expect(report.printed.filter((line) => line.includes('windows'))).toEqual([]);
    const lock = await lockOf(world);
    expect(lock).toContain(`integrity = "${hex('windows')}"`);
    expect(lock).toContain(`integrity = "${hex(HERE.split('-')[0] ?? '')}"`);
    expect(lock).toMatch(
      /platforms = \[\n {2}"windows-x86_64",\n\]\nrecipe = "recipes\/local\.a@v1\.lua"\nsha256 = ".*"\ndependencies = \[\n {2}"local\.base@v1",/,
    );
    expect((await sync(world, ['--locked'])).exitCode).toBe(0);
    expect(world.server.count('/kit-windows.bin')).toBe(1);
  });

  test('is not up to date when only its recipe there has changed', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "true"');
    await world.recipe('local.b@v1', 'install = "true"');
    await world.manifest('packages = { "local.a@v1", { recipe = "local.b@v1", platforms = { "windows-x86_64" } } }\n');
    for (let count = 0; count < 2; count += 1) await world.fettle(['sync'], { isTraced: false });
    await world.recipe('local.b@v1', 'install = "true" -- changed');
    expect((await world.fettle(['sync', '--locked'], { isTraced: false })).exitCode).toBe(3);
    expect((await world.fettle(['sync'], { isTraced: false })).exitCode).toBe(0);
    expect((await world.fettle(['sync', '--locked'], { isTraced: false })).exitCode).toBe(0);
  });

  test('that cannot be loaded there is told, and what was locked of it stays', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "true"');
    await world.manifest(BOTH);
    await sync(world);
    const digest = hex(await world.read('recipes/local.a@v1.lua'));
    await world.recipe('local.a@v1', 'if fettle.platform == "windows" then error("not yet") end\ninstall = "true"');
    const report = await sync(world);
    expect(report.exitCode).toBe(0);
    expect(report.result.stderr).toMatch(/fettle\.lock lacks local\.a@v1: .*not yet.*windows-x86_64/);
    expect(await lockOf(world)).toContain(digest);
  });

  test('of a manifest that asks which platform it is on is what it would be there', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "true"');
    await world.recipe('local.w@v1', 'install = "true"');
    await world.manifest(
      `packages = { fettle.platform == "windows" and "local.w@v1" or "local.a@v1" }\nplatforms = { "windows-x86_64" }\n`,
    );
    await sync(world);
    expect(await lockOf(world)).toMatch(/identity = "local\.w@v1"\nplatforms = \[\n {2}"windows-x86_64",\n\]/);
  });
});

describe('strict = true', () => {
  const STRICT = (entry: string) => `packages = { ${entry} }\nstrict = true\n`;

  test('refuses all that has no digest, by name, before anything is done', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.bin', '1');
    await world.recipe(
      'local.a@v1',
      `fetch = { "${url}?1", "${url}?2", { source = "${url}?3", sha256 = "${hex('1')}" } }`,
    );
    const recipe = world.server.serve('/b.lua', 'identity = "acme.b@v1"\ninstall = "true"\n');
    await world.manifest(STRICT(`"local.a@v1", { recipe = "acme.b@v1", source = "${recipe}" }`));
    const report = await sync(world);
    expect([report.exitCode, report.error?.code, report.packages]).toEqual([4, 'E_NO_DIGEST', []]);
    for (const text of ['3 sources', `${url}?1`, `${url}?2`, recipe]) expect(report.result.stderr).toContain(text);
    expect(report.result.stderr).not.toContain(`${url}?3`);
    expect(world.server.count('/kit.bin')).toBe(0);
    expect((await world.fettle(['lock'])).exitCode).toBe(4);
  });

  test('takes objects of a storage for downloads like any other', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'fetch = "s3://kits/kit.bin"');
    await world.recipe('local.b@v1', 'fetch = function(ctx) ctx.fetch("s3://kits/other.bin") end');
    await world.manifest(STRICT('"local.a@v1"'));
    const report = await sync(world);
    expect([report.exitCode, report.error?.code, report.packages]).toEqual([4, 'E_NO_DIGEST', []]);
    expect(report.result.stderr).toContain('s3://kits/kit.bin');
    await world.manifest(STRICT('"local.b@v1"'));
    expect((await sync(world)).package('local.b@v1').error?.code).toBe('E_NO_DIGEST');
  });

  test('refuses what code asks for when it asks', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.bin', '1');
    await world.recipe('local.a@v1', `fetch = function(ctx) ctx.fetch("${url}") end`);
    await world.manifest(STRICT('"local.a@v1"'));
    expect((await sync(world)).package('local.a@v1').error?.code).toBe('E_NO_DIGEST');
    expect(world.server.count('/kit.bin')).toBe(0);
  });

  test('takes what a recipe or a registry vouches for', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.0.0');
    const url = world.server.serve('/kit.bin', '1');
    await world.recipe('local.a@v1', `fetch = { "pkg:npm/kit@^1.0.0", { source = "${url}", sha256 = "${hex('1')}" } }`);
    await world.manifest(STRICT('"local.a@v1"'));
    expect((await sync(world)).exitCode).toBe(0);
  });
});

describe('--require-release-age', () => {
  const YESTERDAY = () => new Date(Date.now() - 30 * 60 * 60 * 1000).toISOString();
  const NOW = () => new Date(Date.now() - 60 * 1000).toISOString();

  async function project(world: World, fetch: string): Promise<NpmRegistry> {
    const registry = await NpmRegistry.create(world);
    await world.recipe('local.a@v1', `fetch = "${fetch}"`);
    await world.manifest('packages = { "local.a@v1" }\n');
    return registry;
  }

  test('refuses a version that was published too recently, with its date', async () => {
    await using world = await World.create();
    const registry = await project(world, 'pkg:npm/kit@1.0.0');
    const published = NOW();
    registry.publish('1.0.0', published);
    const report = await sync(world, ['--require-release-age', '24h']);
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([4, 'E_RELEASE_AGE']);
    expect(report.result.stderr).toContain(published);
    expect((await sync(world, ['--require-release-age', '10s'])).exitCode).toBe(0);
  });

  test('lets a range stand for the newest version that is old enough', async () => {
    await using world = await World.create();
    const registry = await project(world, 'pkg:npm/kit@^1.0.0');
    registry.publish('1.0.0', YESTERDAY());
    registry.publish('1.1.0', NOW());
    const report = new RunReport(await world.fettle(['sync', '--json'], { env: { FETTLE_REQUIRE_RELEASE_AGE: '1d' } }));
    expect(report.exitCode).toBe(0);
    expect(await lockOf(world)).toContain('resolved = "pkg:npm/kit@1.0.0"');
  });

  test('keeps lock and update from writing what is too young', async () => {
    await using world = await World.create();
    const registry = await project(world, 'pkg:npm/kit@^1.0.0');
    registry.publish('1.0.0', NOW());
    const { exitCode, stderr } = await world.fettle(['lock', '--require-release-age', '24h']);
    expect([exitCode, stderr.includes('E_RELEASE_AGE')]).toEqual([4, true]);
    await expect(lockOf(world)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('also counts for what is locked', async () => {
    await using world = await World.create();
    const registry = await project(world, 'pkg:npm/kit@^1.0.0');
    registry.publish('1.0.0', NOW());
    expect((await sync(world)).exitCode).toBe(0);
    const report = await sync(world, ['--require-release-age', '24h']);
    expect(report.package('local.a@v1').error?.code).toBe('E_RELEASE_AGE');
  });

  test('needs a duration with a unit', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}\n');
    expect((await world.fettle(['sync', '--require-release-age', '24'])).exitCode).toBe(2);
  });
});
