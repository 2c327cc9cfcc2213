import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NpmRegistry, RunReport, World, type CommandOptions } from './support/index.js';

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const DAY = { env: { SOURCE_DATE_EPOCH: '1790000000' } };
const LATER = { env: { SOURCE_DATE_EPOCH: '1799999999' } };

async function sync(world: World, args: readonly string[] = [], options: CommandOptions = DAY): Promise<RunReport> {
  return new RunReport(await world.fettle(['sync', '--json', ...args], options));
}

/** A project with one package that fetches what `fetch` says. */
async function project(world: World, fetch: string): Promise<void> {
  await world.recipe('local.a@v1', `fetch = ${fetch}\n`);
  await world.manifest('packages = { "local.a@v1" }\n');
}

const lockOf = (world: World): Promise<string> => world.read('fettle.lock');

/** The lines of the first download. */
async function downloadOf(world: World): Promise<string> {
  return (await lockOf(world)).split('[[package.download]]\n')[1] ?? '';
}

/** What a colleague has who gets the project with its lock file, but not the cache. */
async function forgetCache(world: World): Promise<void> {
  execFileSync('chmod', ['-R', 'u+w', world.cache]);
  await rm(world.cache, { recursive: true, force: true });
  await rm(join(world.project, '.fettle'), { recursive: true, force: true });
}

/** What was downloaded stays. */
async function forgetAssets(world: World): Promise<void> {
  const assets = join(world.cache, 'assets');
  execFileSync('chmod', ['-R', 'u+w', assets]);
  await rm(assets, { recursive: true, force: true });
  await rm(join(world.project, '.fettle'), { recursive: true, force: true });
}

describe('a download without a digest', () => {
  test('is recorded with what came, and the day', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.bin', 'one');
    await project(world, `"${url}"`);
    expect((await sync(world)).exitCode).toBe(0);
    expect(await downloadOf(world)).toBe(
      `source = "${url}"\nfile = "kit.bin"\nsize = 3\nintegrity = "${hex('one')}"\nrecorded = "2026-09-21"\n`,
    );
  });

  test('that is another one later is refused, with what was expected, what came, and since when it is known', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.bin', 'one');
    await project(world, `"${url}"`);
    await sync(world);
    const before = await lockOf(world);
    await forgetCache(world);
    world.server.serve('/kit.bin', 'two');
    const report = await sync(world, [], LATER);
    expect(report.exitCode).toBe(4);
    expect(report.package('local.a@v1').error).toMatchObject({
      code: 'E_LOCK_MISMATCH',
      hint: expect.stringContaining('fettle update local.a@v1'),
    });
    for (const text of [url, hex('one'), hex('two'), '2026-09-21']) expect(report.result.stderr).toContain(text);
    expect(await lockOf(world)).toBe(before);
  });

  test('is taken as it is now after an update, which says what has changed', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.bin', 'one');
    await project(world, `"${url}"`);
    await sync(world);
    await forgetCache(world);
    world.server.serve('/kit.bin', 'two');
    const { exitCode, stdout } = await world.fettle(['update', 'a'], LATER);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`download ${url} integrity ${hex('one').slice(0, 12)}… → ${hex('two').slice(0, 12)}…`);
    expect(await downloadOf(world)).toContain('recorded = "2027-01-15"');
    expect((await sync(world, ['--locked'])).exitCode).toBe(0);
  });

  test('keeps its day when an update finds it unchanged', async () => {
    await using world = await World.create();
    await project(world, `"${world.server.serve('/kit.bin', 'one')}"`);
    await sync(world);
    const before = await lockOf(world);
    expect((await world.fettle(['update'], LATER)).stdout).toBe('');
    expect(await lockOf(world)).toBe(before);
  });

  test('that the cache has of other bytes than are locked is fetched again, beside the other', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.bin', 'one');
    await project(world, `"${url}"`);
    const first = await sync(world);
    await world.write('fettle.lock', (await lockOf(world)).replace(hex('one'), hex('two')));
    world.server.serve('/kit.bin', 'two');
    const second = await sync(world);
    expect(second.statuses).toEqual({ 'local.a@v1': 'installed' });
    const [one, two] = [first, second].map((report) => String(report.package('local.a@v1').path));
    expect([await world.read(`${one}/kit.bin`), await world.read(`${two}/kit.bin`)]).toEqual(['one', 'two']);
    expect((await sync(world)).statuses).toEqual({ 'local.a@v1': 'cached' });
  });

  test('is downloaded once, by whoever needs it first: lock or sync', async () => {
    await using world = await World.create();
    await project(world, `"${world.server.serve('/kit.bin', 'one')}"`);
    await world.fettle(['lock'], DAY);
    expect((await sync(world)).exitCode).toBe(0);
    expect(world.server.count('/kit.bin')).toBe(1);
  });

  test('that cannot be had leaves a gap that is told, and found again by --locked', async () => {
    await using world = await World.create();
    await project(world, `"${world.server.origin}/absent.bin"`);
    const { exitCode, stderr } = await world.fettle(['lock']);
    expect(exitCode).toBe(5);
    expect(stderr).toContain('fettle.lock lacks local.a@v1');
    expect((await sync(world, ['--locked'])).error?.code).toBe('E_LOCK_OUTDATED');
  });
});

describe('a download with a digest of its own', () => {
  test('is recorded without a day and is not downloaded for the lock file', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.bin', 'one');
    await project(world, `{ source = "${url}", sha256 = "${hex('one').toUpperCase()}" }`);
    await world.fettle(['lock']);
    expect(await downloadOf(world)).toBe(`source = "${url}"\nfile = "kit.bin"\nintegrity = "${hex('one')}"\n`);
    expect(world.server.count('/kit.bin')).toBe(0);
  });

  test('that does not fit is an error of the recipe, not of the lock file', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.bin', 'two');
    await project(world, `{ source = "${url}", sha256 = "${hex('one')}" }`);
    await world.fettle(['lock']);
    expect((await sync(world)).package('local.a@v1').error?.code).toBe('E_CHECKSUM');
  });
});

describe('downloads that code asks for', () => {
  const CODE = (url: string) => `function(ctx) ctx.commit_fetch(ctx.fetch("${url}")) end`;

  test('are recorded where the code has run, kept where it has not, and held to it', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.bin', 'one');
    await project(world, CODE(url));
    await world.fettle(['lock'], DAY);
    expect(await downloadOf(world)).toBe('');
    await sync(world);
    expect(await downloadOf(world)).toContain(`integrity = "${hex('one')}"\nrecorded = "2026-09-21"`);
    const before = await lockOf(world);
    expect((await sync(world, ['-v'])).statuses).toEqual({ 'local.a@v1': 'cached' });
    expect(await lockOf(world)).toBe(before);
    await forgetCache(world);
    world.server.serve('/kit.bin', 'two');
    expect((await sync(world)).package('local.a@v1').error?.code).toBe('E_LOCK_MISMATCH');
  });

  test('are in a lock file that is begun when the package is in the cache already', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.2.0');
    const url = world.server.serve('/kit.bin', 'one');
    const checked = `{ source = "${world.server.serve('/other.bin', 'other')}", sha256 = "${hex('other')}" }`;
    await project(
      world,
      `function(ctx) ctx.commit_fetch(ctx.fetch("${url}")); return { ${checked}, "pkg:npm/kit@^1.1.0" } end`,
    );
    expect((await sync(world)).exitCode).toBe(0);
    const first = await lockOf(world);
    for (const text of ['kit.bin', 'other.bin', 'resolved = "pkg:npm/kit@1.2.0"']) expect(first).toContain(text);
    registry.publish('1.3.0');
    await rm(join(world.project, 'fettle.lock'));
    await rm(join(world.project, '.fettle'), { recursive: true });
    expect((await sync(world)).statuses).toEqual({ 'local.a@v1': 'cached' });
    expect(await lockOf(world)).toBe(first);
  });

  test('are refused with --frozen when others are known', async () => {
    await using world = await World.create();
    const [one, two] = [world.server.serve('/one.bin', '1'), world.server.serve('/two.bin', '2')];
    await project(world, CODE(one));
    await sync(world);
    await project(world, CODE(two));
    expect((await sync(world, ['--frozen'])).package('local.a@v1').error?.code).toBe('E_LOCK_OUTDATED');
  });
});

describe('a range of versions', () => {
  test('stands for the newest once, and for the same one from then on, until an update', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.2.0');
    await project(world, '"pkg:npm/kit@^1.1.0"');
    const first = await sync(world);
    expect(first.exitCode).toBe(0);
    expect(await downloadOf(world)).toMatch(
      /^source = "pkg:npm\/kit@\^1\.1\.0"\nresolved = "pkg:npm\/kit@1\.2\.0"\nversion = "1\.2\.0"\nfile = "kit-1\.2\.0\.tgz"\n/,
    );
    registry.publish('1.3.0');
    const second = await sync(world, ['-v']);
    expect([second.statuses, second.package('local.a@v1').key]).toEqual([
      { 'local.a@v1': 'cached' },
      first.package('local.a@v1').key,
    ]);
    const { stdout } = await world.fettle(['update']);
    expect(stdout).toContain('local.a@v1: download pkg:npm/kit@^1.1.0 version 1.2.0 → 1.3.0 (linux-x86_64)');
    const third = await sync(world);
    expect(third.statuses).toEqual({ 'local.a@v1': 'installed' });
    expect(third.package('local.a@v1').key).not.toBe(first.package('local.a@v1').key);
  });

  test('that is locked stays what it was on another machine, and the file comes from the registry that is configured there', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.2.0');
    await project(world, '"pkg:npm/kit@^1.1.0"');
    const first = await sync(world);
    expect(await lockOf(world)).not.toContain(world.server.origin);
    await forgetCache(world);
    registry.publish('1.3.0');
    const second = await sync(world, ['--frozen']);
    expect([second.exitCode, second.statuses]).toEqual([0, { 'local.a@v1': 'installed' }]);
    expect(second.package('local.a@v1').key).toBe(first.package('local.a@v1').key);
  });

  test('that is locked needs no question to the registry when its file is in the cache', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.2.0');
    await project(world, '"pkg:npm/kit@^1.1.0"');
    await sync(world);
    await forgetAssets(world);
    const before = registry.questions;
    const again = await sync(world, ['--offline']);
    expect([again.exitCode, again.statuses]).toEqual([0, { 'local.a@v1': 'installed' }]);
    expect(registry.questions).toBe(before);
  });

  test('that a registry publishes anew under one version is refused', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    const path = registry.publish('1.2.0');
    await project(world, '"pkg:npm/kit@^1.1.0"');
    await sync(world);
    await forgetCache(world);
    world.server.serve(path, 'something else');
    const report = await sync(world);
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([4, 'E_LOCK_MISMATCH']);
  });

  test('is part of the key without a lock file too', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.2.0');
    await project(world, '"pkg:npm/kit@^1.1.0"');
    const args = ['install', '--json', '--recipe', 'recipes/local.a@v1.lua'];
    const first = new RunReport(await world.fettle(args));
    registry.publish('1.3.0');
    const second = new RunReport(await world.fettle(args));
    expect([first.exitCode, second.statuses]).toEqual([0, { 'local.a@v1': 'installed' }]);
    expect(second.package('local.a@v1').key).not.toBe(first.package('local.a@v1').key);
  });

  test('is shown by outdated: what is locked, what the range allows, what there is', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.2.0');
    await project(world, '"pkg:npm/kit@^1.1.0"');
    await sync(world);
    expect((await world.fettle(['outdated'])).stdout).toBe('');
    registry.publish('1.3.0');
    registry.publish('2.0.0');
    const { stdout } = await world.fettle(['outdated']);
    expect(stdout.split('\n')[1]?.split(/ {2,}/)).toEqual([
      'local.a@v1',
      'pkg:npm/kit@^1.1.0',
      '1.2.0',
      '1.3.0',
      '2.0.0',
    ]);
    const json = await world.fettle(['outdated', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({
      packages: [
        {
          ...{ package: 'local.a@v1', source: 'pkg:npm/kit@^1.1.0', ref: null },
          ...{ current: '1.2.0', wanted: '1.3.0', latest: '2.0.0', error: null },
        },
      ],
    });
  });
});

describe('a branch', () => {
  /** A repository with one file on the branch `main`. */
  async function repository(world: World, file: string, content: string): Promise<string> {
    const path = join(world.root, 'kit.git');
    await mkdir(path, { recursive: true });
    await writeFile(join(path, file), content);
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: path, encoding: 'utf8' });
    execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: path, stdio: 'ignore' });
    git('add', '.');
    git('commit', '-qm', content.slice(0, 20));
    return git('rev-parse', 'HEAD').trim();
  }

  test('of a download stands for one commit until an update', async () => {
    await using world = await World.create();
    const first = await repository(world, 'file', 'one');
    await world.recipe(
      'local.a@v1',
      'fetch = { source = "../../kit.git", ref = "main" }\ninstall = "cp ../stage/kit.git/file ."',
    );
    await world.manifest('packages = { "local.a@v1" }\n');
    expect((await sync(world)).exitCode).toBe(0);
    expect(await downloadOf(world)).toBe(`source = "../../kit.git"\nref = "main"\ncommit = "${first}"\n`);
    const second = await repository(world, 'file', 'two');
    expect((await sync(world, ['-v'])).statuses).toEqual({ 'local.a@v1': 'cached' });
    expect((await world.fettle(['outdated'])).stdout).toContain(second.slice(0, 12));
    expect((await world.fettle(['update'])).stdout).toContain(
      `commit ${first.slice(0, 12)}… → ${second.slice(0, 12)}…`,
    );
    const report = await sync(world);
    expect(await world.read(`${String(report.package('local.a@v1').path)}/file`)).toBe('two');
  });

  test('of a recipe does too, and no path of this machine is written', async () => {
    await using world = await World.create();
    const recipe = (text: string) =>
      `identity = "acme.a@v1"\nfunction install(ctx) ctx.write_file("made", "${text}") end\n`;
    const first = await repository(world, 'recipe.lua', recipe('one'));
    await world.manifest(`packages = { { recipe = "acme.a@v1", source = "${world.root}/kit.git", ref = "main" } }\n`);
    await sync(world);
    expect(await lockOf(world)).toContain(`recipe = "../kit.git"\nref = "main"\ncommit = "${first}"\n`);
    expect(await lockOf(world)).not.toContain(world.root);
    await repository(world, 'recipe.lua', recipe('two'));
    const made = async (report: RunReport) => world.read(`${String(report.package('acme.a@v1').path)}/made`);
    expect(await made(await sync(world, ['-v']))).toBe('one');
    await world.fettle(['update']);
    expect(await made(await sync(world))).toBe('two');
  });
});

describe('a recipe from a server', () => {
  const RECIPE = (text: string) =>
    `identity = "acme.a@v1"\nfunction install(ctx) ctx.write_file("made", "${text}") end\n`;

  test('is the one that was locked, or refused; an update takes it as it is now', async () => {
    await using world = await World.create();
    const url = world.server.serve('/a.lua', RECIPE('one'));
    await world.manifest(`packages = { { recipe = "acme.a@v1", source = "${url}" } }\n`);
    await sync(world);
    expect(await lockOf(world)).toContain(`sha256 = "${hex(RECIPE('one'))}"\nrecorded = "2026-09-21"\n`);
    world.server.serve('/a.lua', RECIPE('two'));
    expect((await sync(world, ['-v'])).exitCode).toBe(0);
    await forgetCache(world);
    const refused = await sync(world);
    expect([refused.exitCode, refused.package('acme.a@v1').error?.code]).toEqual([4, 'E_LOCK_MISMATCH']);
    await world.fettle(['update', 'acme.a@v1'], LATER);
    expect(await lockOf(world)).toContain(`sha256 = "${hex(RECIPE('two'))}"\nrecorded = "2027-01-15"\n`);
    const before = world.server.count('/a.lua');
    expect((await sync(world, ['--locked'])).exitCode).toBe(0);
    expect(world.server.count('/a.lua')).toBe(before);
  });
});

describe('update', () => {
  test('of one package leaves the others as they are', async () => {
    await using world = await World.create();
    const registry = await NpmRegistry.create(world);
    registry.publish('1.0.0');
    await world.recipe('local.a@v1', 'fetch = "pkg:npm/kit@^1.0.0"');
    await world.recipe('local.b@v1', 'fetch = "pkg:npm/kit@^1.0.0"');
    await world.manifest('packages = { "local.a@v1", "local.b@v1" }\n');
    await world.fettle(['lock']);
    registry.publish('1.1.0');
    const { stdout } = await world.fettle(['update', 'local.b@v1']);
    expect(stdout).toContain('local.b@v1: download pkg:npm/kit@^1.0.0 version 1.0.0 → 1.1.0');
    expect(stdout).not.toContain('local.a@v1');
  });

  test('of a package that is not there names the nearest', async () => {
    await using world = await World.create();
    await project(world, `"${world.server.serve('/kit.bin', 'one')}"`);
    const { exitCode, stderr } = await world.fettle(['update', 'local.aa@v1']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean "local.a@v1"?');
  });
});
