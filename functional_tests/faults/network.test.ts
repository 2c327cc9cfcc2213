import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdir, rename, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World, type CommandOptions } from '../support/index.js';
import { canMount, Mount } from './mounts.js';

// File systems that are not one local disk, as far as one machine has them: a folder with two paths, layers, memory, and
// ones that a preloaded module makes up by what node:fs answers.

const ONE = 'local.one@v1';
const TWO = 'local.two@v1';
const COUNTED = 'echo "$FETTLE_IDENTITY" >> "$FETTLE_PROJECT_DIR/runs"';

const ifMounts = (await canMount()) ? test : test.skip;
if (ifMounts === test.skip) console.warn('skipped: mounting a file system is not permitted here');

const canOverlay = ifMounts === test && spawnSync('grep', ['-qw', 'overlay', '/proc/filesystems']).status === 0;
const ifOverlays = canOverlay ? test : test.skip;
if (ifMounts === test && !canOverlay) console.warn('skipped: this system has no overlayfs');

/** Two packages, one needing the other, that count in the project how often they are made. */
async function worldOfTwo(): Promise<World> {
  const world = await World.create();
  await world.recipe(ONE, `install = [[${COUNTED}; echo one > file]]`);
  await world.recipe(TWO, `dependencies = { "${ONE}" }\ninstall = [[${COUNTED}; echo two > file]]`);
  await world.manifest(`packages = { "${ONE}", "${TWO}" }`);
  return world;
}

async function sync(world: World, cache: string, options: CommandOptions = {}): Promise<RunReport> {
  const args = ['--cache-root', cache, 'sync', '--json'];
  return new RunReport(await world.fettle(args, { ...options, useCache: false }));
}

async function expectSound(world: World, cache: string): Promise<void> {
  const args = ['--cache-root', cache, 'cache', 'verify'];
  const verified = await world.fettle(args, { useCache: false, isTraced: false });
  expect([verified.exitCode, verified.stdout]).toEqual([0, expect.stringContaining('all whole')]);
}

/** A module for NODE_OPTIONS that changes what functions of node:fs/promises do. */
async function preload(world: World, javascript: string): Promise<CommandOptions> {
  const file = join(world.root, 'file-system.cjs');
  const source = `const fs = require('node:fs');\nconst { promises } = fs;\n${javascript}\n`;
  await writeFile(file, `${source}require('node:module').syncBuiltinESMExports();\n`);
  return { env: { NODE_OPTIONS: `--require=${file}` } };
}

async function kindRecordedIn(cache: string, world: World): Promise<unknown> {
  return JSON.parse(await world.read(join(cache, 'file-system.json')));
}

describe('one cache that is mounted at two places', () => {
  ifMounts('is shared by processes that use different ones: each package is made once', async () => {
    await using world = await worldOfTwo();
    const gate = world.gate('one');
    await world.recipe(ONE, `install = [[${gate.command}; ${COUNTED}; echo one > file]]`);
    await mkdir(world.cache);
    const other = join(world.root, 'other');
    await using _mounted = await Mount.bound(world.cache, other);
    const first = await world.start(['sync', '--json']);
    await gate.arrived();
    const second = await world.start(['--cache-root', other, 'sync', '--json'], { useCache: false });
    await second.waitFor((event) => event.kind === 'lock:wait');
    gate.open();
    const reports = [new RunReport(await first.result), new RunReport(await second.result)];
    expect(reports.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect((await world.read('runs')).split('\n').sort()).toEqual(['', ONE, TWO]);
    // Each sees the packages where it has the cache.
    const [here, there] = reports.map((report) => report.package(TWO).path ?? '');
    expect(there).toBe(here?.replace(world.cache, other));
    expect(await world.read(`${there}/file`)).toBe('two\n');
    await expectSound(world, other);
  });
});

describe('a cache in layers', () => {
  ifOverlays('serves what the lower one has, builds into the upper one, and can be cleared', async () => {
    await using world = await worldOfTwo();
    const kept = new RunReport(await world.fettle(['install', ONE, '--json'])).package(ONE).path;
    const lower = join(world.root, 'lower');
    await rename(world.cache, lower);
    await using layers = await Mount.inMemory(join(world.root, 'layers'), 64 * 1024 * 1024);
    {
      await using _mounted = await Mount.overlay(world.cache, lower, layers.path);
      const report = await sync(world, world.cache);
      expect(report.statuses).toEqual({ [ONE]: 'cached', [TWO]: 'installed' });
      expect(report.package(ONE).path).toBe(kept);
      expect(await world.read(`${kept}/file`)).toBe('one\n');
      await expectSound(world, world.cache);
      const cleared = await world.fettle(['cache', 'clear', '--json'], { isTraced: false });
      expect([cleared.exitCode, cleared.stderr]).toEqual([0, expect.any(String)]);
      const again = await sync(world, world.cache);
      expect(again.statuses).toEqual({ [ONE]: 'installed', [TWO]: 'installed' });
      await expectSound(world, world.cache);
    }
    await expectSound(world, lower);
  });
});

describe('a cache in memory', () => {
  ifMounts('works like any other, and is known for no network', async () => {
    await using world = await worldOfTwo();
    await using _mounted = await Mount.inMemory(world.cache, 64 * 1024 * 1024);
    expect((await sync(world, world.cache)).exitCode).toBe(0);
    await expectSound(world, world.cache);
    expect(await kindRecordedIn(world.cache, world)).toEqual({ type: '0x1021994', network: null });
  });
});

describe('a cache that was moved', () => {
  test('is used where it is now', async () => {
    await using world = await worldOfTwo();
    await sync(world, world.cache);
    const moved = join(world.root, 'moved');
    await rename(world.cache, moved);
    const report = await sync(world, moved);
    expect(report.statuses).toEqual({ [ONE]: 'cached', [TWO]: 'cached' });
    expect(report.package(TWO).path).toContain(moved);
    expect(await world.read('runs')).toBe(`${ONE}\n${TWO}\n`);
    await expectSound(world, moved);
  });
});

describe('what the cache lies on', () => {
  test('is written down', async () => {
    await using world = await worldOfTwo();
    await sync(world, world.cache);
    const { type } = await statfs(world.cache);
    expect(await kindRecordedIn(world.cache, world)).toEqual({ type: `0x${type.toString(16)}`, network: null });
  });

  test.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    [0x65735546, 'FUSE'],
  ])('is known for a network: %d is %s', async (type, network) => {
    await using world = await worldOfTwo();
    const options = await preload(world, `promises.statfs = async () => ({ type: ${type} });`);
    expect((await sync(world, world.cache, options)).exitCode).toBe(0);
    expect(await kindRecordedIn(world.cache, world)).toEqual({ type: `0x${type.toString(16)}`, network });
  });

  test.each([
    [
      'a link never replaces a file',
      'const { link } = promises; promises.link = (a, b) => link(a, b).catch(() => promises.unlink(b).then(() => link(a, b)));',
    ],
    [
      'a folder never replaces one that holds something',
      `const { rename } = promises;
       promises.rename = (a, b) => rename(a, b).catch(() => { fs.rmSync(b, { recursive: true }); return rename(a, b); });`,
    ],
    ['the time of a file is the one it was given', 'promises.utimes = async () => undefined;'],
  ])('is refused when it is not so that %s', async (promise, javascript) => {
    await using world = await worldOfTwo();
    const report = await sync(world, world.cache, await preload(world, javascript));
    expect(report.exitCode).toBe(7);
    expect(report.error).toMatchObject({
      code: 'E_CACHE',
      message: 'the file system of the cache cannot be relied on',
      hint: expect.stringContaining('--cache-root'),
    });
    expect(report.result.stderr).toContain(promise);
    expect((await sync(world, world.cache)).exitCode).toBe(0);
  });
});
