// What a start and a run cost, counted and not timed: these numbers are the same on every machine, so a test that fails
// here has found more work, and never a busy machine. docs/performance.md has the times.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { World } from './support/index.js';
import { allFileCalls, countWork, partsRead, type WorkCount } from './support/work-count.js';

/** A project whose recipes are old enough to be remembered: one that was written a moment ago may yet change unseen. */
async function projectOf(
  count: number,
  recipe = 'function install(ctx) ctx.write_file("made", "1") end',
): Promise<World> {
  const world = await World.create();
  const identities = Array.from({ length: count }, (_, index) => `local.p${String(index)}@v1`);
  for (const identity of identities) await world.recipe(identity, recipe);
  await world.manifest(`packages = { ${identities.map((identity) => `"${identity}"`).join(', ')} }`);
  return world;
}

/** A sync that reads the manifest, because nothing is stamped. */
async function countUnstamped(world: World): Promise<WorkCount> {
  await rm(join(world.project, '.fettle/stamp.json'), { force: true });
  return countWork(world, ['sync']);
}

interface Counts {
  readonly cold: WorkCount;
  readonly warm: WorkCount;
  readonly stamped: WorkCount;
}

/** The first sync, one without a stamp, and one that the stamp answers. */
async function countSyncs(packages: number): Promise<Counts> {
  await using world = await projectOf(packages);
  const cold = await countWork(world, ['sync']);
  await countUnstamped(world);
  const warm = await countUnstamped(world);
  return { cold, warm, stamped: await countWork(world, ['sync']) };
}

test(`version reads the starter, the package's own description and no part of the command`, async () => {
  await using world = await World.create();
  const work = await countWork(world, ['version'], { useCache: false });
  expect(partsRead(work)).toEqual([]);
  expect(work.filesRead.map((file) => file.replace(/^.*\//, ''))).toEqual(['cli.js', 'package.json']);
  expect(work.builtins.filter((name) => !['fs', 'path'].includes(name))).toEqual([]);
});

test.each(['--help', 'sync --help'])('%s reads the first part and the grammar', async (line) => {
  await using world = await World.create();
  expect(partsRead(await countWork(world, line.split(' '), { useCache: false }))).toEqual(['quick', 'start', 'shared']);
});

describe('of syncs of few and of many packages', () => {
  const FEW = 10;
  const MANY = 40;
  let few: Counts;
  let many: Counts;

  beforeAll(async () => {
    few = await countSyncs(FEW);
    many = await countSyncs(MANY);
  });

  /** How much more there is for each more package. */
  function forEachPackage(kind: keyof Counts, numberOf: (work: WorkCount) => number): number {
    return (numberOf(many[kind]) - numberOf(few[kind])) / (MANY - FEW);
  }

  test('the first opens a Lua state to read each recipe and one to run it, and none for a manifest of constants', () => {
    expect(few.cold.functions['luaL_newstate']).toBe(2 * FEW);
    expect(many.cold.functions['luaL_newstate']).toBe(2 * MANY);
  });

  test('one without a stamp opens no Lua state, and does not even read Lua', () => {
    expect(few.warm.functions['luaL_newstate'] ?? 0).toBe(0);
    expect(many.warm.functions['luaL_newstate'] ?? 0).toBe(0);
    expect(partsRead(many.warm)).not.toContain('lua');
    expect(many.warm.functions['locateRecipe'] ?? 0).toBe(0);
  });

  test('one that the stamp answers opens none, and reads the first part alone', () => {
    expect(many.stamped.functions['luaL_newstate'] ?? 0).toBe(0);
    expect(partsRead(many.stamped)).toEqual(['quick']);
  });

  test('one without a stamp reads no grammar', () => {
    expect(partsRead(many.warm).toSorted()).toEqual(['edit', 'quick', 'shared', 'sync']);
  });

  test('none reads the rest of the command', () => {
    for (const { cold, warm, stamped } of [few, many]) {
      for (const work of [cold, warm, stamped]) expect(partsRead(work)).not.toContain('rest');
    }
  });

  test('one without a stamp asks the file system no more than so often for each package', () => {
    expect(forEachPackage('warm', allFileCalls)).toBeLessThanOrEqual(11);
  });

  test('the first asks the file system no more than so often for each package', () => {
    expect(forEachPackage('cold', allFileCalls)).toBeLessThanOrEqual(102);
  });

  test('one that the stamp answers asks for the state of each input and no more', () => {
    expect(forEachPackage('stamped', allFileCalls)).toBeLessThanOrEqual(3);
  });
});

describe('of chains', () => {
  async function countChain(length: number): Promise<WorkCount> {
    await using world = await World.create();
    for (let index = 0; index < length; index += 1) {
      const next = index + 1 < length ? `dependencies = { "local.p${String(index + 1)}@v1" }\n` : '';
      await world.recipe(`local.p${String(index)}@v1`, `${next}function install(ctx) end`);
    }
    await world.manifest('packages = { "local.p0@v1" }');
    return await countWork(world, ['graph']);
  }

  test('one twice as long takes twice the work', async () => {
    const [short, long] = [await countChain(40), await countChain(80)];
    expect(long.functions['luaL_newstate']).toBe(80);
    expect(short.functions['luaL_newstate']).toBe(40);
    expect(allFileCalls(long)).toBeLessThanOrEqual(2 * allFileCalls(short));
  });
});

test('a recipe that was touched is the only one that is read again', async () => {
  await using world = await projectOf(10);
  await countWork(world, ['sync']);
  await countUnstamped(world);
  const soon = new Date(Date.now() - 60_000);
  await utimes(join(world.project, 'recipes/local.p3@v1.lua'), soon, soon);
  const work = await countUnstamped(world);
  expect(work.functions['luaL_newstate']).toBe(1);
});

test('another comment in the manifest needs no Lua and none of what does the work', async () => {
  await using world = await projectOf(10);
  await countWork(world, ['sync']);
  await countUnstamped(world);
  await world.manifest(`-- edited\n${await world.read('fettle.lua')}`);
  const edited = await countWork(world, ['sync']);
  expect(partsRead(edited)).toEqual(['quick', 'edit', 'shared']);
  expect(edited.builtins).not.toContain('fs/promises');
  expect(allFileCalls(await countWork(world, ['sync']))).toBeLessThan(allFileCalls(edited) - 20);
});

test('a checkout that gives all files new dates needs no Lua, and the next sync no content', async () => {
  await using world = await projectOf(10);
  await countWork(world, ['sync']);
  await countUnstamped(world);
  const soon = new Date(Date.now() - 60_000);
  const recipes = Array.from({ length: 10 }, (_, index) => `recipes/local.p${String(index)}@v1.lua`);
  for (const file of ['fettle.lua', ...recipes]) await utimes(join(world.project, file), soon, soon);
  const redated = await countWork(world, ['sync']);
  expect(redated.functions['luaL_newstate'] ?? 0).toBe(0);
  expect(partsRead(redated)).toEqual(['quick']);
  const next = await countWork(world, ['sync']);
  expect(allFileCalls(next)).toBeLessThan(allFileCalls(redated) - 20);
});
