import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World, type CommandOptions } from './support/index.js';

const INSTALL = 'function install(ctx) ctx.write_file("made", "1") end';
const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Two packages, one of which needs a third. */
async function project(packages = ['"local.a@v1"', '{ recipe = "local.b@v1", options = { y = 2, x = "1" } }']) {
  const world = await World.create();
  await world.recipe('local.a@v1', `dependencies = { "local.c@v1" }\nproducts = { made = "made" }\n${INSTALL}`);
  await world.recipe('local.b@v1', `require("helper")\n${INSTALL}`);
  await world.write('recipes/helper.lua', 'return 1\n');
  await world.recipe('local.c@v1', INSTALL);
  await world.manifest(`packages = { ${packages.join(', ')} }\n`);
  return world;
}

async function sync(world: World, args: readonly string[] = [], options: CommandOptions = {}): Promise<RunReport> {
  return new RunReport(await world.fettle(['sync', '--json', ...args], options));
}

const lockOf = (world: World): Promise<string> => world.read('fettle.lock');

describe('fettle.lock', () => {
  test('is written by a sync: the manifest, each package with recipe, options, dependencies and products', async () => {
    await using world = await project();
    expect((await sync(world)).exitCode).toBe(0);
    const recipe = async (name: string) => hex(await world.read(`recipes/${name}.lua`));
    expect(await lockOf(world))
      .toBe(`# Written by fettle: what the manifest stands for, on each platform. Commit this file.
# "fettle update" renews entries; after a merge conflict run "fettle lock".
version = 1
manifest = "${hex(await world.read('fettle.lua'))}"
platforms = [
  "linux-x86_64",
]

[[package]]
identity = "local.a@v1"
recipe = "recipes/local.a@v1.lua"
sha256 = "${await recipe('local.a@v1')}"
dependencies = [
  "local.c@v1",
]

[package.products]
made = "made"

[[package]]
identity = "local.b@v1"
options = '{"x":"1","y":2}'
recipe = "recipes/local.b@v1.lua"
sha256 = "${await recipe('local.b@v1')}"

[package.files]
"helper.lua" = "${hex('return 1\n')}"

[[package]]
identity = "local.c@v1"
recipe = "recipes/local.c@v1.lua"
sha256 = "${await recipe('local.c@v1')}"
`);
  });

  test('has the same bytes in another folder, another locale and another time zone', async () => {
    await using first = await project();
    await using second = await project();
    await sync(first, [], { env: { LC_ALL: 'C', TZ: 'UTC' } });
    await rename(second.project, `${second.project} ü`);
    const elsewhere = { cwd: `${second.project} ü`, env: { LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' } };
    expect((await sync(second, ['-j', '1'], elsewhere)).exitCode).toBe(0);
    expect(await second.read(`${second.project} ü/fettle.lock`)).toBe(await lockOf(first));
  });

  test('lists packages in its own order, not in that of the manifest', async () => {
    await using world = await project(['"local.c@v1"', '"local.a@v1"']);
    await sync(world);
    const order = [...(await lockOf(world)).matchAll(/^identity = "(.*)"$/gm)].map(([, identity]) => identity);
    expect(order).toEqual(['local.a@v1', 'local.c@v1']);
  });

  test('is left alone when nothing has changed, with its time', async () => {
    await using world = await project();
    await sync(world);
    const before = await stat(join(world.project, 'fettle.lock'));
    await sync(world, ['-v']);
    const after = await stat(join(world.project, 'fettle.lock'));
    expect([after.mtimeMs, after.ino]).toEqual([before.mtimeMs, before.ino]);
  });

  test('loses what the manifest loses', async () => {
    await using world = await project();
    await sync(world);
    await world.manifest('packages = { "local.c@v1" }\n');
    await sync(world);
    expect(await lockOf(world)).not.toMatch(/local\.[ab]@v1/);
  });

  test('that was removed comes back with the next sync, although nothing else is to be done', async () => {
    await using world = await project();
    await sync(world, [], { isTraced: false });
    const before = await lockOf(world);
    await sync(world, [], { isTraced: false });
    await rm(join(world.project, 'fettle.lock'));
    await sync(world, [], { isTraced: false });
    expect(await lockOf(world)).toBe(before);
  });

  test('is completed by an install of some packages, and never begun by one', async () => {
    await using world = await project();
    expect((await world.fettle(['install', 'a'])).exitCode).toBe(0);
    await expect(lockOf(world)).rejects.toMatchObject({ code: 'ENOENT' });
    await sync(world);
    await world.recipe('local.c@v1', `${INSTALL} -- changed`);
    expect((await world.fettle(['install', 'a'])).exitCode).toBe(0);
    const lock = await lockOf(world);
    expect(lock).toContain(hex(await world.read('recipes/local.c@v1.lua')));
    expect(lock).toContain('local.b@v1');
  });

  test('is not made for a recipe without a manifest', async () => {
    await using world = await project();
    const recipe = join(world.project, 'recipes/local.c@v1.lua');
    await rm(join(world.project, 'fettle.lua'));
    expect((await world.fettle(['install', '--recipe', recipe])).exitCode).toBe(0);
    await expect(lockOf(world)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await world.fettle(['install', '--recipe', recipe, '--locked'])).exitCode).toBe(2);
  });

  test('is not written when a recipe is not valid', async () => {
    await using world = await project();
    await sync(world);
    const before = await lockOf(world);
    await world.recipe('local.c@v1', 'oops =');
    expect((await sync(world)).exitCode).toBe(3);
    expect(await lockOf(world)).toBe(before);
  });
});

describe('a lock file that cannot be used', () => {
  test.each([
    ['is no TOML', 'version = 1\nmanifest = =\n', { line: 2, message: 'is no TOML' }],
    ['is of a newer fettle', 'version = 7\n', { line: undefined, message: 'newer fettle' }],
    ['has a conflict', 'version = 1\n<<<<<<< HEAD\n=======\n>>>>>>> x\n', { line: 2, message: 'merge conflict' }],
  ])(
    'because it %s ends the sync before anything is done, and stays as it is',
    async (_why, text, { line, message }) => {
      await using world = await project();
      await world.write('fettle.lock', text);
      const report = await sync(world);
      expect([report.exitCode, report.packages, report.error?.code]).toEqual([3, [], 'E_LOCK_FILE']);
      expect(report.error?.message).toContain(message);
      expect(report.error?.location?.line).toBe(line);
      expect(await lockOf(world)).toBe(text);
    },
  );

  test('after a merge is joined by fettle lock', async () => {
    await using world = await project();
    await sync(world);
    const [whole, mine] = [
      await lockOf(world),
      (await lockOf(world)).replace(/manifest = ".*"/, `manifest = "${'0'.repeat(64)}"`),
    ];
    await world.write('fettle.lock', `<<<<<<< HEAD\n${mine}=======\n${whole}>>>>>>> theirs\n`);
    expect((await world.fettle(['lock'])).exitCode).toBe(0);
    expect(await lockOf(world)).toBe(whole);
  });
});

describe('fettle lock', () => {
  test('writes the file without installing anything, tells the difference, then nothing', async () => {
    await using world = await project();
    const { exitCode, stdout, events } = await world.fettle(['lock']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^local\.c@v1: package is new: [0-9a-f]{12}… \(linux-x86_64\)$/m);
    expect(events.some(({ kind }) => kind === 'package:start')).toBe(false);
    const lock = await lockOf(world);
    expect((await world.fettle(['lock'])).stdout).toBe('');
    await sync(world);
    expect(await lockOf(world)).toBe(lock);
  });

  test('--check says whether it would change, and changes nothing', async () => {
    await using world = await project();
    expect((await world.fettle(['lock', '--check'])).exitCode).toBe(3);
    await world.fettle(['lock']);
    const before = await lockOf(world);
    expect((await world.fettle(['lock', '--check'])).exitCode).toBe(0);
    await world.recipe('local.c@v1', `${INSTALL} -- changed`);
    const { exitCode, stderr } = await world.fettle(['lock', '--check']);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/local\.c@v1: recipe sha256 [0-9a-f]{12}… → [0-9a-f]{12}…/);
    expect(await lockOf(world)).toBe(before);
  });

  test('--json tells the changes as data', async () => {
    await using world = await project(['"local.c@v1"']);
    const { stdout } = await world.fettle(['lock', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      path: join(world.project, 'fettle.lock'),
      written: true,
      changes: [
        expect.objectContaining({ package: null, what: 'manifest', before: null }),
        expect.objectContaining({ package: null, what: 'platform linux-x86_64' }),
        expect.objectContaining({ package: 'local.c@v1', platforms: ['linux-x86_64'], what: 'package' }),
      ],
      gaps: [],
    });
  });
});

describe('sync --locked', () => {
  test('installs when the lock file says it all, also when there is nothing to do', async () => {
    await using world = await project();
    await world.fettle(['lock']);
    expect((await sync(world, ['--locked'])).exitCode).toBe(0);
    expect((await sync(world, ['--locked'], { isTraced: false })).exitCode).toBe(0);
    expect((await sync(world, ['--locked'], { isTraced: false })).exitCode).toBe(0);
  });

  test.each(['no lock file', 'another recipe', 'another manifest'])('begins nothing with %s', async (what) => {
    await using world = await project();
    if (what !== 'no lock file') {
      await sync(world, [], { isTraced: false });
      await sync(world, [], { isTraced: false });
    }
    if (what === 'another recipe') await world.recipe('local.c@v1', `${INSTALL} -- changed`);
    if (what === 'another manifest') await world.manifest('packages = { "local.c@v1" }\n');
    const report = await sync(world, ['--locked']);
    expect([report.exitCode, report.error?.code, report.packages]).toEqual([3, 'E_LOCK_OUTDATED', []]);
    expect(report.events.some(({ kind }) => kind === 'package:start')).toBe(false);
  });

  test('is also what FETTLE_LOCKED asks for, and cannot be asked for together with --frozen', async () => {
    await using world = await project();
    expect((await sync(world, [], { env: { FETTLE_LOCKED: '1' } })).exitCode).toBe(3);
    expect((await sync(world, ['--locked', '--frozen'])).exitCode).toBe(2);
  });

  test('of an install looks at what is installed', async () => {
    await using world = await project();
    await sync(world);
    await world.recipe('local.b@v1', `${INSTALL} -- changed`);
    expect((await world.fettle(['install', 'a', '--locked'])).exitCode).toBe(0);
    expect((await world.fettle(['install', 'b', '--locked'])).exitCode).toBe(3);
  });
});

describe('sync --frozen', () => {
  test('takes the lock file as it is', async () => {
    await using world = await project();
    await world.fettle(['lock']);
    const before = await lockOf(world);
    await world.manifest('packages = { "local.c@v1" }\n');
    await world.recipe('local.c@v1', `${INSTALL} -- changed`);
    expect((await sync(world, ['--frozen'])).statuses).toEqual({ 'local.c@v1': 'installed' });
    expect(await lockOf(world)).toBe(before);
  });

  test('does not spare a later --locked its look', async () => {
    await using world = await project();
    await world.fettle(['lock']);
    await world.recipe('local.c@v1', `${INSTALL} -- changed`);
    for (let count = 0; count < 2; count += 1)
      expect((await sync(world, ['--frozen'], { isTraced: false })).exitCode).toBe(0);
    expect((await sync(world, ['--locked'], { isTraced: false })).exitCode).toBe(3);
  });

  test('needs a lock file with all the packages', async () => {
    await using world = await project();
    expect((await sync(world, ['--frozen'])).error?.code).toBe('E_LOCK_OUTDATED');
    await world.fettle(['lock']);
    await world.recipe('local.d@v1', INSTALL);
    await world.manifest('packages = { "local.d@v1" }\n');
    const report = await sync(world, ['--frozen']);
    expect([report.exitCode, report.package('local.d@v1').error?.code]).toEqual([3, 'E_LOCK_OUTDATED']);
  });
});
