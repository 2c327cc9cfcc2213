import { describe, expect, test } from '@jest/globals';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World } from './support/index.js';

interface Item {
  readonly kind: string;
  readonly name: string;
  readonly bytes: number;
  readonly last_used: string;
}

interface Collected {
  readonly dry_run: boolean;
  readonly bytes_freed: number;
  readonly bytes_left: number;
  readonly removed: readonly Item[];
  readonly kept: readonly Item[];
}

async function collect(world: World, ...args: readonly string[]): Promise<Collected> {
  const result = await world.fettle(['cache', 'gc', '--json', ...args]);
  expect([result.exitCode, result.stderr]).toEqual([0, '']);
  return JSON.parse(result.stdout) as Collected;
}

const identities = (items: readonly Item[], kind = 'entry'): readonly (string | undefined)[] =>
  items.filter((item) => item.kind === kind).map(({ name }) => name.split('/')[0]);

/** Makes `names` the packages of the project, each with 100 kB, and syncs. */
async function syncPackages(world: World, ...names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  for (const name of names) {
    await world.recipe(`local.${name}@v1`, 'install = "head -c 100000 /dev/zero > data"');
  }
  await world.manifest(`packages = { ${names.map((name) => `"local.${name}@v1"`).join(', ')} }`);
  const report = new RunReport(await world.fettle(['sync', '--json']));
  expect(report.exitCode).toBe(0);
  return new Map(names.map((name) => [name, report.package(`local.${name}@v1`).path ?? '']));
}

describe('cache gc', () => {
  test('keeps entries when it is given no limit, and removes left-overs', async () => {
    await using world = await World.create();
    await syncPackages(world, 'a');
    await mkdir(join(world.cache, 'trash', 'rest'));
    const { removed, kept } = await collect(world);
    expect(removed).toEqual([expect.objectContaining({ kind: 'trash', name: 'rest' })]);
    expect(kept).toEqual([]);
    expect(await readdir(join(world.cache, 'trash'))).toEqual([]);
  });

  test('removes what is over the size and says what it freed; the next sync makes it again', async () => {
    await using world = await World.create();
    const paths = await syncPackages(world, 'a', 'b');
    const would = await collect(world, '--max-size', '0', '--dry-run');
    expect(would.dry_run).toBe(true);
    expect(identities(would.removed)).toEqual(expect.arrayContaining(['local.a@v1', 'local.b@v1']));
    await expect(stat(paths.get('a') ?? '')).resolves.toBeDefined();
    const collected = await collect(world, '--max-size', '0');
    expect(collected.removed).toEqual(would.removed);
    expect(collected.bytes_freed).toBeGreaterThanOrEqual(200_000);
    expect(await readdir(join(world.cache, 'assets'))).toEqual([]);
    expect(await syncPackages(world, 'a', 'b')).toEqual(paths);
  });

  test('keeps what is small and young enough', async () => {
    await using world = await World.create();
    await syncPackages(world, 'a');
    const { removed } = await collect(world, '--max-size', '1GiB', '--older-than', '1h');
    expect(removed).toEqual([]);
  });

  test('tells people what it did', async () => {
    await using world = await World.create();
    await syncPackages(world, 'a');
    const dry = await world.fettle(['cache', 'gc', '--max-size', '0', '--dry-run']);
    expect(dry.stderr).toMatch(
      /would remove entry local\.a@v1\/\S+ \(1\d\d kB\)\n[^]*would free \S+ kB, \S+ kB left\n$/,
    );
    expect((await world.fettle(['cache', 'gc', '--max-size', '0'])).stderr).toMatch(/^freed \S+ kB, \S+ kB left\n$/);
  });

  test.each([
    ['--max-size', '20X'],
    ['--max-size', ''],
    ['--older-than', '30'],
    ['--older-than', 'yesterday'],
  ])('refuses %s %j', async (option, value) => {
    await using world = await World.create();
    const result = await world.fettle(['cache', 'gc', option, value, '--json']);
    expect(result.exitCode).toBe(2);
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'E_USAGE' } });
    expect(result.stderr).toContain(`${option} is not understood`);
  });

  test('never removes what a running program or a running sync uses', async () => {
    await using world = await World.create();
    const used = await syncPackages(world, 'a');
    const inProgram = world.gate('program');
    const program = await world.start(['run', '--', 'sh', '-c', inProgram.command]);
    await inProgram.arrived();
    // Another manifest: `b` is complete and in use by the sync, `c` is being built.
    const inBuild = world.gate('build');
    await world.recipe('local.b@v1', 'install = "head -c 100000 /dev/zero > data"');
    await world.recipe(
      'local.c@v1',
      `dependencies = { { recipe = "local.b@v1" } }\ninstall = [[touch data; ${inBuild.command}]]`,
    );
    await world.manifest('packages = { "local.c@v1" }');
    const building = await world.start(['sync', '--json']);
    await inBuild.arrived();

    const { removed, kept } = await collect(world, '--max-size', '0');
    expect(identities(removed)).toEqual([]);
    expect([...identities(kept)].sort()).toEqual(['local.a@v1', 'local.b@v1']);
    expect(identities(kept, 'left-over')).toEqual(['local.c@v1']);
    await expect(stat(join(used.get('a') ?? '', 'data'))).resolves.toBeDefined();
    expect(JSON.parse((await world.fettle(['cache', 'clear', '--json'])).stdout).kept).toHaveLength(6);

    inBuild.open();
    expect((await building.result).exitCode).toBe(0);
    inProgram.open();
    expect((await program.result).exitCode).toBe(0);
    const after = await collect(world, '--max-size', '0');
    expect([...identities(after.removed)].sort()).toEqual(['local.a@v1', 'local.b@v1', 'local.c@v1']);
    expect(after.kept).toEqual([]);
  });

  test('keeps the packages of a program whose fettle was killed, as long as the program runs', async () => {
    await using world = await World.create();
    await syncPackages(world, 'a');
    const gate = world.gate('program');
    // The gate's own process takes the place of the shell, so it is the one that fettle has started.
    const program = await world.start(['run', '--', 'sh', '-c', `exec ${gate.command}`]);
    await gate.arrived();
    program.kill('SIGKILL');
    await program.result;
    expect(identities((await collect(world, '--max-size', '0')).kept)).toEqual(['local.a@v1']);
  });
});
