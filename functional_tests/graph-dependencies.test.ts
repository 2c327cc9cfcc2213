import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { RunReport, World } from './support/index.js';

const A = 'local.a@v1';
const BASE = 'local.base@v1';

async function install(world: World, ...args: string[]): Promise<RunReport> {
  return new RunReport(await world.fettle(['install', '--json', ...args]));
}

describe('nodes', () => {
  test('the base of a diamond is built once, and before both sides', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.top@v1" }`);
    await world.recipe('local.top@v1', `dependencies = { "local.left@v1", "local.right@v1" }; install = "touch top"`);
    await world.recipe('local.left@v1', `dependencies = { "${BASE}" }; install = "touch left"`);
    await world.recipe('local.right@v1', `dependencies = { "${BASE}" }; install = "touch right"`);
    await world.recipe(BASE, `install = "touch base"`);

    const report = await install(world);

    expect(report.exitCode).toBe(0);
    expect(report.packages.map(({ identity }) => identity).sort()).toEqual([
      BASE,
      'local.left@v1',
      'local.right@v1',
      'local.top@v1',
    ]);
    expect(report.events.filter((event) => event.kind === 'process:start')).toHaveLength(4);
    const baseDone = report.position('package:done', BASE);
    expect(baseDone).toBeLessThan(report.position('phase:start', 'local.left@v1', 'install'));
    expect(baseDone).toBeLessThan(report.position('phase:start', 'local.right@v1', 'install'));
  });

  test('other options are another package, equal options in another order are the same', async () => {
    await using world = await World.create();
    await world.manifest(`packages = {
      { recipe = "${A}", options = { size = 1, flavour = "x" } },
      { recipe = "${A}", options = { flavour = "x", size = 1 } },
      { recipe = "${A}", options = { size = "1", flavour = "x" } },
      "local.parent@v1",
    }`);
    await world.recipe(
      'local.parent@v1',
      `
      dependencies = { { recipe = "${A}", options = { size = 1, flavour = "x" } } }
      install = "touch parent"`,
    );
    await world.recipe(A, `function install(ctx) ctx.write_file("size", math.type(ctx.options.size) or "text") end`);

    const report = await install(world);

    expect(report.exitCode).toBe(0);
    const variants = report.packages.filter(({ identity }) => identity === A);
    expect(variants.map(({ options }) => options)).toEqual([
      { flavour: 'x', size: 1 },
      { flavour: 'x', size: '1' },
    ]);
    const contents = await Promise.all(variants.map(({ path }) => world.read(join(path ?? '', 'size'))));
    expect(contents).toEqual(['integer', 'text']);
    expect(new Set(variants.map(({ key }) => key)).size).toBe(2);
  });

  test('a chain is built from its end, each link seeing the one below', async () => {
    await using world = await World.create();
    const links = Array.from({ length: 8 }, (_, index) => `local.link${index}@v1`);
    await world.manifest(`packages = { "${links[0]}" }`);
    for (const [index, link] of links.entries()) {
      const next = links[index + 1];
      await world.recipe(
        link,
        next === undefined
          ? `install = "echo ${index} > trail"`
          : `dependencies = { "${next}" }
             function install(ctx) ctx.write_file("trail", "${index} " .. ctx.read_file(ctx.asset("${next}") .. "/trail")) end`,
      );
    }
    const report = await install(world);
    expect(await world.read(join(report.package(links[0] ?? '').path ?? '', 'trail'))).toBe('0 1 2 3 4 5 6 7\n');
  });

  test('forty dependencies of one package are all built, each once', async () => {
    await using world = await World.create();
    const leaves = Array.from({ length: 40 }, (_, index) => `local.leaf${index}@v1`);
    await world.manifest(`packages = { "${A}" }`);
    for (const leaf of leaves) await world.recipe(leaf, `function install(ctx) ctx.write_file("f", ctx.identity) end`);
    await world.recipe(
      A,
      `dependencies = { ${leaves.map((leaf) => `"${leaf}"`).join(', ')} }
       function install(ctx)
         for i = 0, 39 do ctx.copy(ctx.asset("leaf" .. i) .. "/f", "f" .. i) end
       end`,
    );
    const report = await install(world);
    expect(report.exitCode).toBe(0);
    expect(report.packages).toHaveLength(41);
    expect(report.packages.every(({ status }) => status === 'installed')).toBe(true);
    expect(await world.read(join(report.package(A).path ?? '', 'f39'))).toBe('local.leaf39@v1');
  });

  test('dependencies may be a function of the options', async () => {
    await using world = await World.create();
    await world.manifest(`packages = {
      { recipe = "${A}", options = { with = "local.x@v1" } },
      { recipe = "${A}", options = { with = "local.y@v1" } },
    }`);
    for (const name of ['x', 'y']) await world.recipe(`local.${name}@v1`, `install = "echo ${name} > f"`);
    await world.recipe(
      A,
      `function dependencies(options) return { options.with } end
       function install(ctx) ctx.copy(ctx.asset(ctx.options.with) .. "/f", "f") end`,
    );
    const report = await install(world);
    const made = report.packages.filter(({ identity }) => identity === A);
    expect(await Promise.all(made.map(({ path }) => world.read(join(path ?? '', 'f'))))).toEqual(['x\n', 'y\n']);
  });

  test('a cached package whose dependency is gone brings the dependency back', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "${A}" }`);
    await world.recipe(BASE, `function install(ctx) end`);
    await world.recipe(A, `dependencies = { "${BASE}" }; install = "touch a"`);
    const first = await install(world);
    const second = await install(world);
    expect([first.statuses, second.statuses]).toEqual([
      { [A]: 'installed', [BASE]: 'programmatic' },
      { [A]: 'cached', [BASE]: 'programmatic' },
    ]);
    expect(second.package(A).path).toBe(first.package(A).path);
  });
});

describe('an entry with a fetch function', () => {
  test('brings its recipe with the help of packages that are complete before', async () => {
    await using world = await World.create();
    const gate = world.gate('tool');
    await world.recipe(
      'vendor.tool@v1',
      `
      function install(ctx)
        ctx.run([[${gate.command}]])
        ctx.write_file("recipe.txt", 'identity = "vendor.odd@v1"; install = "echo odd > f"')
      end`,
    );
    await world.manifest(`packages = { {
      recipe = "vendor.odd@v1",
      dependencies = { "vendor.tool@v1" },
      fetch = function(ctx)
        ctx.run("cp '" .. ctx.asset("tool") .. "/recipe.txt' recipe.lua")
        ctx.commit_fetch("recipe.lua")
      end,
    } }`);
    const command = await world.start(['install', '--json']);
    await gate.arrived();
    gate.open();
    const report = new RunReport(await command.result);
    expect(report.statuses).toEqual({ 'vendor.odd@v1': 'installed', 'vendor.tool@v1': 'installed' });
    expect(await world.read(join(report.package('vendor.odd@v1').path ?? '', 'f'))).toBe('odd\n');
    expect(report.position('package:done', 'vendor.tool@v1')).toBeLessThan(
      report.position('phase:start', 'vendor.odd@v1', 'recipe_fetch'),
    );
  });

  test('of a dependency is called in the recipe that declares it', async () => {
    await using world = await World.create();
    const url = world.server.serve('/odd.lua', 'identity = "vendor.odd@v1"; install = "echo odd > f"');
    await world.manifest(`packages = { "vendor.parent@v1" }`);
    await world.recipe(
      'vendor.parent@v1',
      `
      local where = "${url}"
      dependencies = { {
        recipe = "vendor.odd@v1",
        fetch = function(ctx) return { source = where, dest = "recipe.lua" } end,
      } }
      function install(ctx) ctx.copy(ctx.asset("odd") .. "/f", "f") end`,
    );
    const report = await install(world);
    expect(report.statuses).toEqual({ 'vendor.parent@v1': 'installed', 'vendor.odd@v1': 'installed' });
  });

  test('that brings no recipe fails with what is missing', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { { recipe = "vendor.odd@v1", fetch = function(ctx) end } }`);
    const report = await install(world);
    expect(report.exitCode).toBe(3);
    expect(report.package('vendor.odd@v1').error).toMatchObject({ code: 'E_RECIPE_NOT_FOUND' });
  });
});
