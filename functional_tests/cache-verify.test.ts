import { describe, expect, test } from '@jest/globals';
import { chmod, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World } from './support/index.js';

const PACKAGE = 'local.a@v1';

/** A project with one package in the cache. */
async function syncedWorld(): Promise<{ world: World; asset: string }> {
  const world = await World.create();
  await world.recipe(PACKAGE, 'install = "printf whole > tool; mkdir lib; printf x > lib/x"');
  await world.manifest(`packages = { "${PACKAGE}" }`);
  return { world, asset: await sync(world) };
}

async function sync(world: World): Promise<string> {
  const report = new RunReport(await world.fettle(['sync', '--json']));
  const { path } = report.package(PACKAGE);
  if (path === null) throw new Error(report.result.stderr);
  return path;
}

/** Changes a read-only file of an asset and leaves its mode as it was. */
async function overwrite(file: string, text: string): Promise<void> {
  const { mode } = await stat(file);
  await chmod(file, 0o644);
  await writeFile(file, text);
  await chmod(file, mode & 0o777);
}

describe('cache verify', () => {
  test('ends with 0 when every entry is whole', async () => {
    const { world } = await syncedWorld();
    await using _world = world;
    const result = await world.fettle(['cache', 'verify']);
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toMatch(/^1 entry verified \(6 B\), all whole\n$/);
    expect((await world.fettle(['cache', 'verify', '-q'])).stdout).toBe('');
  });

  test.each([
    ['many files', 'for i in $(seq 700); do echo $i > f$i; done'],
    ['a large file', 'head -c 20000000 /dev/zero > tool'],
  ])('knows an asset that threads have sealed: of %s', async (_what, script) => {
    await using world = await World.create();
    await world.recipe(PACKAGE, `install = [[${script}; mkdir -p deep/er; ln -s ../.. deep/er/link; echo x > last]]`);
    await world.manifest(`packages = { "${PACKAGE}" }`);
    const asset = await sync(world);
    expect((await world.fettle(['cache', 'verify'])).exitCode).toBe(0);
    expect((await stat(join(asset, 'last'))).mode & 0o222).toBe(0);
    await overwrite(join(asset, 'last'), 'y\n');
    const changed = await world.fettle(['cache', 'verify']);
    expect([changed.exitCode, changed.stdout]).toEqual([4, expect.stringContaining('changed  last  content')]);
  });

  test('tells each thing that is wrong and ends with 4', async () => {
    const { world, asset } = await syncedWorld();
    await using _world = world;
    await overwrite(join(asset, 'tool'), 'whale');
    await chmod(join(asset, 'lib'), 0o755);
    await rm(join(asset, 'lib', 'x'));
    await writeFile(join(asset, 'lib', 'y'), '');
    await chmod(join(asset, 'lib'), 0o555);
    const text = await world.fettle(['cache', 'verify']);
    expect(text.exitCode).toBe(4);
    expect(text.stdout).toMatch(
      /^local\.a@v1\/\S+: broken\n {2}missing {2}lib\/x {2}file\n {2}extra {2}lib\/y {2}file\n {2}changed {2}tool {2}content\n/,
    );
    const json = await world.fettle(['cache', 'verify', '--json']);
    expect(json.exitCode).toBe(4);
    expect(JSON.parse(json.stdout)).toEqual({
      sound: false,
      entries: [
        {
          ...{ entry: expect.stringMatching(/^local\.a@v1\//), path: join(asset, '..'), status: 'broken' },
          ...{ bytes: 6, files: 2, quarantine: null },
          damage: [
            { kind: 'missing', path: 'lib/x', detail: 'file' },
            { kind: 'extra', path: 'lib/y', detail: 'file' },
            { kind: 'changed', path: 'tool', detail: 'content' },
          ],
        },
      ],
    });
  });

  test('finds a damaged marker, which a sync takes for none', async () => {
    const { world, asset } = await syncedWorld();
    await using _world = world;
    await writeFile(join(asset, '..', 'complete.json'), '{');
    const verified = await world.fettle(['cache', 'verify']);
    expect([verified.exitCode, verified.stdout]).toEqual([4, expect.stringContaining('marker  complete.json')]);
    // The old folder may still be somebody's, so the new asset has one of its own.
    expect(await world.read(join(await sync(world), 'tool'))).toBe('whole');
    expect((await world.fettle(['cache', 'verify'])).exitCode).toBe(0);
  });

  test('--repair moves a broken entry away, and the next sync makes it anew', async () => {
    const { world, asset } = await syncedWorld();
    await using _world = world;
    await overwrite(join(asset, 'tool'), 'whale');
    const repaired = await world.fettle(['cache', 'verify', '--repair']);
    expect(repaired.exitCode).toBe(0);
    expect(repaired.stdout).toContain('broken, moved to ');
    const [name = ''] = await readdir(join(world.cache, 'quarantine'));
    expect(await world.read(join(world.cache, 'quarantine', name, 'asset', 'tool'))).toBe('whale');
    expect(await sync(world)).toBe(asset);
    expect(await world.read(join(asset, 'tool'))).toBe('whole');
  });

  test('--repair does not take an entry from a program that fettle run has started', async () => {
    const { world, asset } = await syncedWorld();
    await using _world = world;
    const gate = world.gate('program');
    const running = await world.start(['run', '--', 'sh', '-c', gate.command]);
    await gate.arrived();
    await overwrite(join(asset, 'tool'), 'whale');
    const first = await world.fettle(['cache', 'verify', '--repair']);
    expect([first.exitCode, first.stdout]).toEqual([4, expect.stringContaining('a running process uses it')]);
    gate.open();
    expect((await running.result).exitCode).toBe(0);
    expect((await world.fettle(['cache', 'verify', '--repair'])).exitCode).toBe(0);
  });
});
