import { describe, expect, test } from '@jest/globals';
import { chmod, symlink, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { World, type CommandOptions } from './support/index.js';
import { assetOf, declareThing, sync, type SyncReport, THING } from './support/one-package.js';

const RECIPE = 'install = "touch made"\n';

/** Syncs, makes one change, syncs again. */
async function keysAround(
  world: World,
  change: () => unknown,
  options: { readonly before?: CommandOptions; readonly after?: CommandOptions } = {},
): Promise<{ readonly isSame: boolean; readonly after: SyncReport }> {
  const before = await sync(world, options.before);
  if (before.thing.key === null) throw new Error(JSON.stringify(before.packages));
  await change();
  const after = await sync(world, options.after);
  return { isSame: before.thing.key === after.thing.key, after };
}

function expectNew({ isSame, after }: Awaited<ReturnType<typeof keysAround>>): void {
  expect({ isSame, status: after.thing.status }).toEqual({ isSame: false, status: 'installed' });
}

function expectSame({ isSame, after }: Awaited<ReturnType<typeof keysAround>>): void {
  expect({ isSame, status: after.thing.status }).toEqual({ isSame: true, status: 'cached' });
}

describe('a new key comes from a change of', () => {
  test('the recipe, even of a comment, and the old asset stays', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const first = assetOf(await sync(world));
    const changed = await keysAround(world, () => declareThing(world, `${RECIPE}-- a comment`));
    expectNew(changed);
    await declareThing(world, RECIPE);
    expect((await sync(world)).thing).toMatchObject({ status: 'cached', path: first });
  });

  test('a file that the recipe requires, and the miss tells which', async () => {
    await using world = await World.create();
    await world.write('recipes/shared.lua', 'return { name = "a" }');
    await declareThing(world, `local shared = require("shared")\ninstall = "touch " .. shared.name`);
    const changed = await keysAround(world, () => world.write('recipes/shared.lua', 'return { name = "b" }'));
    expectNew(changed);
    const miss = changed.after.events.find((event) => event.kind === 'cache:miss');
    expect(String(miss?.['reasons'])).toContain('shared');
  });

  test.each([
    ['a value', '{ level = 1 }', '{ level = 2 }'],
    ['a type', '{ level = 1 }', '{ level = "1" }'],
    ['the order of a list', '{ list = { "a", "b" } }', '{ list = { "b", "a" } }'],
    ['a nested value', '{ deep = { er = true } }', '{ deep = { er = false } }'],
    ['one more', '{}', '{ more = true }'],
  ])('an option: %s', async (_what, before, after) => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const withOptions = (options: string): Promise<string> =>
      world.manifest(`packages = { { recipe = "${THING}", options = ${options} } }`);
    await withOptions(before);
    expectNew(await keysAround(world, () => withOptions(after)));
  });

  test('a dependency, also one behind another', async () => {
    await using world = await World.create();
    const needs = (name: string): string =>
      `dependencies = { { recipe = "local.${name}@v1", source = "local.${name}@v1.lua" } }\n`;
    await world.recipe('local.base@v1', RECIPE);
    await world.recipe('local.middle@v1', needs('base') + RECIPE);
    await declareThing(world, needs('middle') + RECIPE);
    const changed = await keysAround(world, () => world.recipe('local.base@v1', `${RECIPE}-- changed`));
    expectNew(changed);
    expect(changed.after.package('local.middle@v1').status).toBe('installed');
  });

  test('an environment variable that the recipe read while it loaded', async () => {
    await using world = await World.create();
    await declareThing(world, 'local level = os.getenv("LEVEL") or "none"\ninstall = "touch " .. level');
    const [one, two] = [{ env: { LEVEL: '1' } }, { env: { LEVEL: '2' } }];
    expectNew(await keysAround(world, () => undefined, { before: one, after: two }));
    expectNew(await keysAround(world, () => undefined, { before: one }));
    expectSame(await keysAround(world, () => undefined, { before: one, after: one }));
  });

  test.each([
    ['the content of a file', (world: World) => world.write('recipes/src/a', 'changed')],
    ['one more file', (world: World) => world.write('recipes/src/b', '')],
    [
      'the name of a file',
      (world: World) => rm(join(world.project, 'recipes/src/a')).then(() => world.write('recipes/src/A', 'a')),
    ],
    ['a file that became a program', (world: World) => chmod(join(world.project, 'recipes/src/a'), 0o755)],
    ['a link', (world: World) => symlink('a', join(world.project, 'recipes/src/link'))],
  ])('a local source: %s', async (_what, change) => {
    await using world = await World.create();
    await world.write('recipes/src/a', 'a');
    await declareThing(world, 'fetch = "src"');
    expectNew(await keysAround(world, () => change(world)));
  });

  test('default_shell, for a recipe that runs scripts', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const withSh = `packages = { "${THING}" }\ndefault_shell = fettle.shell.SH`;
    expectNew(await keysAround(world, () => world.manifest(withSh)));
  });

  test('the answer of a default_shell function', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const manifest = (shell: string): Promise<string> =>
      world.manifest(`packages = { "${THING}" }\ndefault_shell = function() return fettle.shell.${shell} end`);
    await manifest('BASH');
    expectNew(await keysAround(world, () => manifest('SH')));
  });
});

describe('the key stays when there is a change of', () => {
  test('the manifest, but nothing that concerns the package', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    await world.recipe('local.other@v1', RECIPE);
    const more = `-- a comment\npackages = { "local.other@v1", "${THING}", "${THING}" }\nextra = 1`;
    expectSame(await keysAround(world, () => world.manifest(more)));
  });

  test('default_shell to what is the default anyway', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const same = `packages = { "${THING}" }\ndefault_shell = function() return fettle.shell.BASH end`;
    expectSame(await keysAround(world, () => world.manifest(same)));
  });

  test('default_shell, for a recipe that runs no scripts', async () => {
    await using world = await World.create();
    await world.write('recipes/a', '');
    await declareThing(world, 'fetch = "a"');
    const withSh = `packages = { "${THING}" }\ndefault_shell = fettle.shell.SH`;
    expectSame(await keysAround(world, () => world.manifest(withSh)));
  });

  test('options that are written out or left to their defaults, also in one run', async () => {
    await using world = await World.create();
    const schema = 'options = { level = { type = "integer", default = 1 } }\n';
    await declareThing(world, schema + RECIPE);
    const written = `{ recipe = "${THING}", options = { level = 1 } }`;
    expectSame(await keysAround(world, () => world.manifest(`packages = { ${written} }`)));
    await declareThing(world, `${schema}${RECIPE}-- changed`);
    await world.manifest(`packages = { "${THING}", ${written} }`);
    const both = (await sync(world)).packages;
    expect(both.map(({ status }) => status).toSorted()).toEqual(['cached', 'installed']);
    expect(new Set(both.map(({ path }) => path)).size).toBe(1);
  });

  test('the order in which options are written', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const withOptions = (options: string): Promise<string> =>
      world.manifest(`packages = { { recipe = "${THING}", options = ${options} } }`);
    await withOptions('{ a = 1, b = { c = 1, d = 2 } }');
    expectSame(await keysAround(world, () => withOptions('{ b = { d = 2, c = 1 }, a = 1 }')));
  });

  test('the dates of the recipe and of local sources', async () => {
    await using world = await World.create();
    await world.write('recipes/src/a', 'a');
    await declareThing(world, 'fetch = "src"');
    const touch = async (): Promise<void> => {
      for (const path of ['src/a', 'src', `${THING}.lua`]) await utimes(join(world.project, 'recipes', path), 1, 1);
    };
    expectSame(await keysAround(world, touch));
  });

  test('files beside the recipe that it does not require, and variables that it does not read', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const after = { env: { LEVEL: '2', HOME: world.temporary } };
    expectSame(await keysAround(world, () => world.write('recipes/other.lua', 'return 1'), { after }));
  });

  test('a variable that only a script reads', async () => {
    await using world = await World.create();
    await declareThing(world, 'install = [[echo "$LEVEL" > level]]');
    const [before, after] = [{ env: { LEVEL: '1' } }, { env: { LEVEL: '2' } }];
    expectSame(await keysAround(world, () => undefined, { before, after }));
  });

  test('the place of the project: another one finds the asset', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const first = await sync(world);
    for (const file of ['fettle.lua', `recipes/${THING}.lua`])
      await world.write(`moved/${file}`, await world.read(file));
    const moved = await sync(world, { cwd: join(world.project, 'moved') });
    expect(moved.thing).toMatchObject({ key: first.thing.key, status: 'cached', path: assetOf(first) });
  });

  test('the number of cores', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    expectSame(await keysAround(world, () => undefined, { after: { env: { FETTLE_JOBS: '1' } } }));
  });
});
