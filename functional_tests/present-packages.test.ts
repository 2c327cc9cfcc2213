import { describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { World } from './support/index.js';
import { sync, type SyncReport } from './support/one-package.js';

const [TOP, BASE, OTHER] = ['local.top@v1', 'local.base@v1', 'local.other@v1'] as const;

/** A project that was synced until its recipes and entries were remembered. */
async function rememberedProject(recipes: Readonly<Record<string, string>> = {}): Promise<World> {
  const world = await World.create();
  const all = {
    [TOP]: `dependencies = { "${BASE}" }; function install(ctx) ctx.write_file("top", "1") end`,
    [BASE]: `products = { base = "base" }; function install(ctx) ctx.write_file("base", "1") end`,
    [OTHER]: `products = { other = "other" }; function install(ctx) ctx.write_file("other", "1") end`,
    ...recipes,
  };
  for (const [identity, lua] of Object.entries(all)) await world.recipe(identity, lua);
  await world.manifest(`packages = { "${TOP}", "${OTHER}" }`);
  for (let times = 0; times < 3; times += 1) expect((await sync(world)).exitCode).toBe(0);
  return world;
}

/** What is told of a package, in order. */
function toldOf({ events }: SyncReport, identity: string): readonly string[] {
  return events.filter((event) => event.package?.identity === identity).map(({ kind }) => kind);
}

const AT_ONCE = ['package:start', 'package:needs', 'cache:hit', 'package:done'];

describe('packages that are there, and whose recipes are remembered,', () => {
  test('end without a phase, each after all that it needs', async () => {
    await using world = await rememberedProject();
    const report = await sync(world);
    expect(report.statuses).toEqual({ [TOP]: 'cached', [OTHER]: 'cached', [BASE]: 'cached' });
    for (const identity of [TOP, BASE, OTHER]) expect(toldOf(report, identity)).toEqual(AT_ONCE);
    expect(report.position('package:done', BASE)).toBeLessThan(report.position('cache:hit', TOP));
  });

  test('are told as they are when the manifest asks for one more, or one less', async () => {
    await using world = await rememberedProject();
    await world.recipe('local.more@v1', `dependencies = { "${OTHER}" }; install = "touch more"`);
    await world.manifest(`packages = { "${TOP}", "local.more@v1" }`);
    const more = await sync(world);
    expect(more.statuses).toEqual({
      [TOP]: 'cached',
      'local.more@v1': 'installed',
      [BASE]: 'cached',
      [OTHER]: 'cached',
    });
    expect(toldOf(more, TOP)).toEqual(AT_ONCE);
    await world.manifest(`packages = { "${OTHER}" }`);
    const less = await sync(world);
    expect(less.statuses).toEqual({ [OTHER]: 'cached' });
    expect(toldOf(less, OTHER)).toEqual(AT_ONCE);
  });

  test('are made anew with what they need when that has changed, and others are not', async () => {
    await using world = await rememberedProject();
    await world.recipe(BASE, 'install = "touch base2"');
    const report = await sync(world);
    expect(report.statuses).toEqual({ [TOP]: 'installed', [OTHER]: 'cached', [BASE]: 'installed' });
    expect(toldOf(report, OTHER)).toEqual(AT_ONCE);
  });

  test('do not run deploy code again, until it is not known to have run', async () => {
    const deploy = 'function deploy(ctx) ctx.run([[echo ran >> ran]]) end';
    await using world = await rememberedProject({ [OTHER]: `install = "touch other"; ${deploy}` });
    expect(await world.read('ran')).toBe('ran\n');
    await rm(join(world.project, '.fettle/environment.json'));
    expect((await sync(world)).statuses).toMatchObject({ [OTHER]: 'cached' });
    expect(await world.read('ran')).toBe('ran\nran\n');
  });
});

describe('a package is made anew though its recipe is remembered', () => {
  /** The folder of the entry of `BASE`. */
  async function entryOf(world: World): Promise<string> {
    return join(String((await sync(world)).package(BASE).path), '..');
  }

  test.each<[string, (entry: string) => Promise<void>]>([
    ['its marker', (entry) => rm(join(entry, 'complete.json'))],
    ['its asset', (entry) => rm(join(entry, 'asset'), { recursive: true })],
    ['its whole entry', (entry) => rm(entry, { recursive: true })],
  ])('when %s is gone', async (_what, remove) => {
    await using world = await rememberedProject();
    await remove(await entryOf(world));
    const report = await sync(world);
    expect(report.statuses).toEqual({ [TOP]: 'cached', [OTHER]: 'cached', [BASE]: 'installed' });
    expect(await world.read(join(String(report.package(BASE).path), 'base'))).toBe('1');
  });

  test('when its marker is damaged', async () => {
    await using world = await rememberedProject();
    await writeFile(join(await entryOf(world), 'complete.json'), '{');
    expect((await sync(world)).statuses).toMatchObject({ [BASE]: 'installed' });
  });
});

describe('a mistake is told as ever where recipes are remembered', () => {
  test('when two packages of the manifest come to offer one product', async () => {
    await using world = await rememberedProject();
    await world.manifest(`packages = { "${TOP}", "${OTHER}", "${BASE}" }`);
    expect((await sync(world)).exitCode).toBe(0);
    await world.recipe(OTHER, 'products = { base = "x" }; install = "touch x"');
    expect((await sync(world)).error?.code).toBe('E_PRODUCT_CONFLICT');
  });

  test('when a dependency comes to need what needs it', async () => {
    await using world = await rememberedProject();
    await world.recipe(BASE, `dependencies = { "${TOP}" }; install = "touch base"`);
    const report = await sync(world);
    expect(report.package(BASE).error?.code).toBe('E_CYCLE');
    expect(report.statuses).toMatchObject({ [TOP]: 'skipped', [OTHER]: 'cached' });
  });

  test('when a recipe is gone', async () => {
    await using world = await rememberedProject();
    await rm(join(world.project, `recipes/${OTHER}.lua`));
    expect((await sync(world)).package(OTHER).error?.code).toBe('E_RECIPE_NOT_FOUND');
  });
});
