import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { World } from './support/index.js';
import { RunReport } from './support/run-report.js';
import { assetOf, declareThing, entriesIn, sync, syncThing, THING } from './support/one-package.js';

const TOOL = 'install = "mkdir bin && touch bin/tool"\n';

describe('a product', () => {
  test('is found by its name', async () => {
    await using world = await World.create();
    await declareThing(world, `${TOOL}products = { tool = "bin/tool" }`);
    const { stdout, exitCode } = await world.fettle(['product', 'tool']);
    const report = await sync(world);
    expect({ stdout, exitCode }).toEqual({ stdout: `${join(assetOf(report), 'bin/tool')}\n`, exitCode: 0 });
  });

  test('may follow from the options', async () => {
    await using world = await World.create();
    await world.recipe(THING, `${TOOL}products = function(options) return { [options.name] = "bin/tool" } end`);
    await world.manifest(`packages = { { recipe = "${THING}", options = { name = "called" } } }`);
    const report = await sync(world);
    expect((await world.fettle(['product', 'called'])).stdout).toBe(`${join(assetOf(report), 'bin/tool')}\n`);
  });

  test('whose file is missing fails the package, and nothing is committed', async () => {
    await using world = await World.create();
    const report = await syncThing(world, `${TOOL}products = { tool = "bin/other" }`);
    expect(report).toMatchObject({
      exitCode: 3,
      thing: { status: 'failed', path: null, error: { code: 'E_PRODUCT', location: { line: 3 } } },
    });
    expect(report.thing.error?.message).toContain('tool');
    expect(await entriesIn(world)).toEqual([]);
  });

  test.each(['/usr/bin/tool', '../tool', 'bin/../../tool'])('at %s is refused when the recipe loads', async (path) => {
    await using world = await World.create();
    const report = await syncThing(world, `${TOOL}products = { tool = "${path}" }`);
    expect(report).toMatchObject({ exitCode: 3, thing: { error: { code: 'E_PRODUCT', location: { line: 3 } } } });
    expect(await entriesIn(world).catch(() => [])).toEqual([]);
  });
});

describe('two packages of one manifest that offer one product', () => {
  async function declareBoth(world: World, platforms = ''): Promise<void> {
    for (const name of ['one', 'two']) {
      await world.recipe(`local.${name}@v1`, `${TOOL}products = { tool = "bin/tool" }`);
    }
    await world.manifest(`packages = {\n  "local.one@v1",\n  { recipe = "local.two@v1"${platforms} },\n}`);
  }

  test('are refused together, by both names, before anything is installed', async () => {
    await using world = await World.create();
    await declareBoth(world);
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(3);
    expect(report.error).toMatchObject({
      code: 'E_PRODUCT_CONFLICT',
      location: { file: join(world.project, 'fettle.lua') },
    });
    for (const name of ['local.one@v1', 'local.two@v1', 'tool']) expect(report.error?.message).toContain(name);
    expect(report.events.filter((event) => event.kind === 'process:start')).toEqual([]);
  });

  test('are fine when one of them is for another platform', async () => {
    await using world = await World.create();
    await declareBoth(world, ', platforms = { "windows" }');
    expect(new RunReport(await world.fettle(['sync', '--json'])).exitCode).toBe(0);
  });
});

describe('ctx.product', () => {
  const NEEDS_TOOL = 'dependencies = { { recipe = "local.tool@v1", source = "local.tool@v1.lua" } }\n';

  test('is the file that a dependency offers', async () => {
    await using world = await World.create();
    await world.recipe('local.tool@v1', `${TOOL}products = { tool = "bin/tool" }`);
    const report = await syncThing(
      world,
      `${NEEDS_TOOL}function install(ctx) ctx.write_file("path", ctx.product("tool")) end`,
    );
    const tool = report.package('local.tool@v1').path ?? '';
    expect(await world.read(join(assetOf(report), 'path'))).toBe(join(tool, 'bin/tool'));
  });

  test('that nobody offers is an error with the nearest name', async () => {
    await using world = await World.create();
    await world.recipe('local.tool@v1', `${TOOL}products = { tool = "bin/tool" }`);
    const report = await syncThing(world, `${NEEDS_TOOL}function install(ctx)\n  ctx.product("tol")\nend`);
    expect(report.thing.error).toMatchObject({ code: 'E_DEPENDENCY', location: { line: 4 } });
    expect(report.thing.error?.hint).toContain('tool');
  });
});
