import { describe, expect, test } from '@jest/globals';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World, type CommandOptions } from '../support/index.js';

// What a system allows only so much of: open files, long names, long paths, and places for a cache.

const ONE = 'local.one@v1';

async function installOne(world: World, args: readonly string[] = [], options?: CommandOptions): Promise<RunReport> {
  return new RunReport(await world.fettle([...args, 'install', '--json'], options));
}

function failureOf(report: RunReport): unknown {
  return report.error ?? report.packages.find(({ error }) => error !== null)?.error ?? null;
}

describe('with few open files', () => {
  const withOpenFiles = (count: number): CommandOptions => ({
    launcher: ['sh', '-c', `ulimit -n ${count} && exec "$@"`, 'sh'],
  });

  async function worldOfForty(): Promise<World> {
    const world = await World.create();
    const names = Array.from({ length: 40 }, (_, index) => `local.n${index}@v1`);
    const files = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo x > $i; done';
    for (const name of names) await world.recipe(name, `install = "${files}"`);
    await world.manifest(`packages = { ${names.map((name) => `"${name}"`).join(', ')} }`);
    return world;
  }

  test.each([40, 48, 64, 128])(
    '%d of them, a run that should do 40 packages at once does fewer, and all of them',
    async (count) => {
      await using world = await worldOfForty();
      const report = await installOne(world, ['--packages', '40', '--jobs', '40'], withOpenFiles(count));
      expect(report.packages.map(({ error }) => error).filter((error) => error !== null)).toEqual([]);
      expect([report.exitCode, report.packages.length]).toEqual([0, 40]);
      expect((await world.fettle(['cache', 'verify'])).exitCode).toBe(0);
      expect((await installOne(world, [], withOpenFiles(count))).exitCode).toBe(0);
    },
  );

  test('too few for anything, it says so at once, with the limit and what to do', async () => {
    await using world = await worldOfForty();
    const { exitCode, stderr } = await world.fettle(['install'], { ...withOpenFiles(36), isTraced: false });
    expect(exitCode).toBe(7);
    expect(stderr).toContain('too many open files');
    expect(stderr).toMatch(/limit +36 open files/);
    expect(stderr).toContain('ulimit -n');
    expect((await installOne(world)).exitCode).toBe(0);
  });
});

describe('names and paths', () => {
  test('as long as the file system allows are kept', async () => {
    await using world = await World.create();
    const name = 'n'.repeat(255);
    await world.recipe(ONE, `install = [[echo long > ${name}; mkdir -p ${'d'.repeat(255)}/${'e'.repeat(255)}]]`);
    await world.manifest(`packages = { "${ONE}" }`);
    const { path } = (await installOne(world)).package(ONE);
    expect(await world.read(`${path}/${name}`)).toBe('long\n');
    expect((await world.fettle(['cache', 'verify'])).exitCode).toBe(0);
  });

  test('longer than the system allows end that package with the path and its length, and leave nothing', async () => {
    await using world = await World.create();
    const kept = 'local.kept@v1';
    await world.recipe(kept, 'install = "echo kept > kept"');
    const folder = 'd'.repeat(250);
    await world.recipe(ONE, `install = [[for i in $(seq 1 40); do mkdir ${folder} && cd ${folder}; done; echo x > x]]`);
    await world.manifest(`packages = { "${kept}" , "${ONE}" }`);
    const report = await installOne(world);
    expect(report.exitCode).toBe(7);
    expect(report.package(ONE).error).toMatchObject({ code: 'E_CACHE', hint: expect.stringContaining('shorter') });
    expect(report.result.stderr).toMatch(/got +a path of \d{4} bytes with a name of 250/);
    expect(report.package(kept).status).toBe('installed');
    expect(await readdir(join(world.cache, 'assets'))).toEqual([kept]);
    for (const emptied of ['trash', 'locks', 'leases']) expect(await readdir(join(world.cache, emptied))).toEqual([]);
    await world.recipe(ONE, 'install = "echo short > short"');
    expect((await installOne(world)).exitCode).toBe(0);
  }, 240_000);

  test('long values of options make no long names in the cache', async () => {
    await using world = await World.create();
    const long = 'v'.repeat(20_000);
    await world.recipe(ONE, `options = { value = { type = "string" } }\ninstall = "echo x > x"`);
    await world.manifest(`packages = { { recipe = "${ONE}", options = { value = "${long}" } } }`);
    const report = await installOne(world);
    expect([report.exitCode, failureOf(report)]).toEqual([0, null]);
    expect((await installOne(world)).package(ONE).status).toBe('cached');
  });
});

describe('a cache root', () => {
  async function worldOfOne(): Promise<World> {
    const world = await World.create();
    await world.recipe(ONE, 'install = "echo x > x"');
    await world.manifest(`packages = { "${ONE}" }`);
    return world;
  }

  async function refusal(world: World, root: string): Promise<RunReport> {
    const report = await installOne(world, ['--cache-root', root], { useCache: false });
    expect(report.exitCode).toBe(7);
    return report;
  }

  test.each([3600, 4000, 5000])('whose path has %d bytes is refused before anything is made there', async (length) => {
    await using world = await worldOfOne();
    const root = `${world.root}/${`${'r'.repeat(199)}/`.repeat(25)}`.slice(0, length - 1) + 'r';
    const { result, error } = await refusal(world, root);
    expect(error).toMatchObject({ code: 'E_CACHE', hint: expect.stringContaining('shorter') });
    expect(result.stderr).toMatch(new RegExp(`got +${length} bytes`));
    expect(await readdir(world.root)).not.toContain('r'.repeat(199));
  });

  test('with as long a path as is allowed works', async () => {
    await using world = await worldOfOne();
    const longest = 4095 - 512;
    const root = `${world.root}/${`${'r'.repeat(199)}/`.repeat(25)}`.slice(0, longest - 1) + 'r';
    const report = await installOne(world, ['--cache-root', root], { useCache: false });
    expect([report.exitCode, failureOf(report)]).toEqual([0, null]);
    const verified = await world.fettle(['--cache-root', root, 'cache', 'verify'], { useCache: false });
    expect(verified.exitCode).toBe(0);
  });

  test('below which no folders can be made is refused, and does not hang', async () => {
    await using world = await worldOfOne();
    for (const root of ['/proc/fettle', '/proc/self/fettle/cache', '/sys/fettle/cache', '/dev/null/cache']) {
      const { error } = await refusal(world, root);
      expect({ root, error }).toMatchObject({
        error: { code: 'E_CACHE', hint: expect.stringContaining('--cache-root') },
      });
    }
  });

  test('with a name that is too long for one is refused', async () => {
    await using world = await worldOfOne();
    const { error } = await refusal(world, join(world.root, 'r'.repeat(300)));
    expect(error).toMatchObject({ code: 'E_CACHE', hint: expect.stringContaining('shorter') });
  });
});

describe('a cache that is removed', () => {
  test('between two runs is made again, by a sync that has a stamp as well', async () => {
    await using world = await World.create();
    await world.recipe(ONE, 'install = "echo x > x"');
    await world.manifest(`packages = { "${ONE}" }`);
    for (const removed of [world.cache, join(world.cache, 'assets'), join(world.cache, 'locks'), world.cache]) {
      await rm(removed, { recursive: true, force: true });
      const { exitCode } = await world.fettle(['sync'], { isTraced: false });
      expect([removed, exitCode]).toEqual([removed, 0]);
      const asset = (await world.fettle(['asset', ONE], { isTraced: false })).stdout.trim();
      expect(await world.read(`${asset}/x`)).toBe('x\n');
    }
  });

  test('while one package is used by another is told, and the next run succeeds', async () => {
    await using world = await World.create();
    const user = 'local.user@v1';
    const gate = world.gate('using');
    await world.recipe(ONE, 'install = "echo x > x"');
    await world.recipe(
      user,
      `dependencies = { "${ONE}" }
       function install(ctx) ctx.run([[${gate.command}; cat "]] .. ctx.asset("${ONE}") .. [[/x" > copy]]) end`,
    );
    await world.manifest(`packages = { "${user}" }`);
    const command = await world.start(['install', '--json']);
    await gate.arrived();
    await rm(join(world.cache, 'assets', ONE), { recursive: true });
    gate.open();
    const report = new RunReport(await command.result);
    expect(report.exitCode).not.toBe(0);
    expect(report.package(user).error).toMatchObject({ code: 'E_SCRIPT' });
    const next = await installOne(world);
    expect(next.exitCode).toBe(0);
    expect(await world.read(`${next.package(user).path}/copy`)).toBe('x\n');
  });

  test('and replaced by a file is told', async () => {
    await using world = await World.create();
    await world.recipe(ONE, 'install = "echo x > x"');
    await world.manifest(`packages = { "${ONE}" }`);
    await mkdir(world.cache);
    await world.write(join('..', 'cache', 'assets'), 'in the way');
    const report = await installOne(world);
    expect([report.exitCode, failureOf(report)]).toEqual([
      7,
      expect.objectContaining({ code: 'E_CACHE', hint: expect.stringContaining('in the way') }),
    ]);
  });
});
