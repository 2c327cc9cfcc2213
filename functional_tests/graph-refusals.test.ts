import { describe, expect, test } from '@jest/globals';
import { RunReport, World } from './support/index.js';

async function install(world: World): Promise<RunReport> {
  return new RunReport(await world.fettle(['install', '--json']));
}

const HERE = process.platform === 'darwin' ? 'darwin' : 'linux';
const ELSEWHERE = HERE === 'linux' ? 'darwin' : 'linux';

describe('a cycle', () => {
  test('is told with its path, and nobody in it runs', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1", "local.free@v1" }`);
    await world.recipe('local.a@v1', `dependencies = { "local.b@v1" }; install = "touch a"`);
    await world.recipe('local.b@v1', `dependencies = { "local.a@v1" }; install = "touch b"`);
    await world.recipe('local.free@v1', `install = "touch free"`);

    const report = await install(world);

    expect(report.exitCode).toBe(3);
    const told = report.packages.find(({ error }) => error?.code === 'E_CYCLE');
    expect(told?.error?.message).toMatch(
      /(local\.a@v1 → local\.b@v1 → local\.a@v1|local\.b@v1 → local\.a@v1 → local\.b@v1)/,
    );
    expect(told?.error?.location?.file).toMatch(/recipes\/local\.[ab]@v1\.lua$/);
    expect(report.statuses['local.free@v1']).toBe('installed');
    const ran = report.events.filter((event) => event.kind === 'process:start').map((event) => event.package?.identity);
    expect(ran).toEqual(['local.free@v1']);
  });

  test('of a package with itself is told', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1" }`);
    await world.recipe('local.a@v1', `dependencies = { "local.a@v1" }; install = "touch a"`);
    const report = await install(world);
    expect(report.exitCode).toBe(3);
    expect(report.package('local.a@v1').error?.code).toBe('E_CYCLE');
    expect(report.package('local.a@v1').error?.message).toContain('local.a@v1 → local.a@v1');
  });

  test('far below the packages asked for fails them as skipped', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.top@v1" }`);
    const needs = (name: string, needed: string) =>
      world.recipe(`local.${name}@v1`, `dependencies = { "local.${needed}@v1" }; install = "touch f"`);
    for (const [name, needed] of [
      ['top', 'a'],
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ] as const)
      await needs(name, needed);
    const report = await install(world);
    expect(report.exitCode).toBe(3);
    expect(report.package('local.top@v1')).toMatchObject({ status: 'skipped', reason: 'needs local.a@v1' });
    expect(report.packages.filter(({ error }) => error?.code === 'E_CYCLE')).toHaveLength(1);
  });

  test('through a fetch function of an entry is told instead of waiting for ever', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { {
      recipe = "vendor.a@v1", dependencies = { "vendor.b@v1" }, fetch = function(ctx) end } }`);
    await world.recipe('vendor.b@v1', `dependencies = { "vendor.a@v1" }; install = "touch b"`);
    const report = await install(world);
    expect(report.exitCode).toBe(3);
    expect(report.package('vendor.b@v1').error?.code).toBe('E_CYCLE');
    expect(report.package('vendor.a@v1').status).toBe('skipped');
  });

  test('of ever new variants of one recipe comes to an end', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { { recipe = "local.a@v1", options = { depth = 0 } } }`);
    await world.recipe(
      'local.a@v1',
      `function dependencies(options) return { { recipe = "local.a@v1", options = { depth = options.depth + 1 } } } end
       install = "touch a"`,
    );
    const report = await install(world);
    expect(report.exitCode).toBe(3);
    expect(report.packages.filter(({ error }) => error?.code === 'E_CYCLE')).toHaveLength(1);
  });
});

describe('sources', () => {
  test('two sources for one identity in the manifest are refused before anything runs', async () => {
    await using world = await World.create();
    await world.write('one.lua', 'identity = "local.a@v1"; install = "touch a"');
    await world.write('two.lua', 'identity = "local.a@v1"; install = "touch a"');
    await world.manifest(`packages = {
      { recipe = "local.a@v1", source = "one.lua" },
      { recipe = "local.a@v1", source = "two.lua", options = { other = true } },
    }`);
    const result = await world.fettle(['install']);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('E_SOURCE_CONFLICT');
    expect(result.stderr).toMatch(/one\.lua/);
    expect(result.stderr).toMatch(/two\.lua/);
    expect(result.events.some((event) => event.kind === 'phase:start')).toBe(false);
  });

  test('a recipe that names another source than the manifest is refused, with both places', async () => {
    await using world = await World.create();
    await world.write('one.lua', 'identity = "local.a@v1"; install = "touch a"');
    await world.manifest(`packages = { { recipe = "local.a@v1", source = "one.lua" }, "local.b@v1" }`);
    await world.recipe(
      'local.b@v1',
      `dependencies = { { recipe = "local.a@v1", source = "../two.lua" } }; install = "touch b"`,
    );
    const report = await install(world);
    expect(report.exitCode).toBe(3);
    expect(report.package('local.b@v1').error?.code).toBe('E_SOURCE_CONFLICT');
    expect(report.statuses['local.a@v1']).toBe('installed');
  });

  test('a recipe that names no source uses the one of the manifest', async () => {
    await using world = await World.create();
    await world.write('elsewhere/one.lua', 'identity = "local.a@v1"; install = "touch a"');
    await world.manifest(`packages = { "local.b@v1", { recipe = "local.a@v1", source = "elsewhere/one.lua" } }`);
    await world.recipe('local.b@v1', `dependencies = { "local.a@v1" }; install = "touch b"`);
    const report = await install(world);
    expect(report.statuses).toEqual({ 'local.b@v1': 'installed', 'local.a@v1': 'installed' });
  });
});

describe('local recipes', () => {
  test('a recipe that is not local may not depend on one, and the error names both', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "vendor.kit@v1" }`);
    await world.recipe('vendor.kit@v1', `\ndependencies = { "local.a@v1" }\ninstall = "touch kit"`);
    await world.recipe('local.a@v1', `install = "touch a"`);
    const report = await install(world);
    expect(report.exitCode).toBe(3);
    const { error } = report.package('vendor.kit@v1');
    expect(error).toMatchObject({ code: 'E_LOCAL_ACCESS', location: { line: 3 } });
    expect(error?.message).toMatch(/vendor\.kit@v1.*local\.a@v1/);
  });

  test('nor at any depth', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "vendor.top@v1" }`);
    await world.recipe('vendor.top@v1', `dependencies = { "vendor.kit@v1" }; install = "touch top"`);
    await world.recipe('vendor.kit@v1', `dependencies = { "local.a@v1" }; install = "touch kit"`);
    await world.recipe('local.a@v1', `install = "touch a"`);
    const report = await install(world);
    expect(report.exitCode).toBe(3);
    expect(report.package('vendor.kit@v1').error?.code).toBe('E_LOCAL_ACCESS');
    expect(report.package('vendor.top@v1')).toMatchObject({ status: 'skipped', reason: 'needs vendor.kit@v1' });
  });

  test('a local recipe may depend on any', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1" }`);
    await world.recipe('local.a@v1', `dependencies = { "vendor.kit@v1", "local.b@v1" }; install = "touch a"`);
    await world.recipe('vendor.kit@v1', `install = "touch kit"`);
    await world.recipe('local.b@v1', `install = "touch b"`);
    expect((await install(world)).exitCode).toBe(0);
  });

  test('a local recipe from a URL is refused', async () => {
    await using world = await World.create();
    const url = world.server.serve('/a.lua', 'identity = "local.a@v1"; install = "touch a"');
    await world.manifest(`packages = {\n  { recipe = "local.a@v1", source = "${url}" },\n}`);
    const result = await world.fettle(['install']);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toMatch(/local\.a@v1 must come from a local path/);
    expect(world.server.requests).toEqual([]);
  });
});

describe('platforms', () => {
  test('an entry of the manifest for another platform is left out', async () => {
    await using world = await World.create();
    await world.manifest(`packages = {
      { recipe = "local.a@v1", platforms = { "${HERE}" } },
      { recipe = "local.b@v1", platforms = { "${ELSEWHERE}", "windows" } },
    }`);
    await world.recipe('local.a@v1', `install = "touch a"`);
    expect((await install(world)).statuses).toEqual({ 'local.a@v1': 'installed' });
  });

  test('a package of the manifest whose recipe is for another platform is skipped, and that is no failure', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1", "local.b@v1" }`);
    await world.recipe('local.a@v1', `install = "touch a"`);
    await world.recipe(
      'local.b@v1',
      `platforms = { "${ELSEWHERE}" }; dependencies = { "local.c@v1" }; install = "false"`,
    );
    const report = await install(world);
    expect(report.exitCode).toBe(0);
    expect(report.statuses).toEqual({ 'local.a@v1': 'installed', 'local.b@v1': 'skipped' });
    expect(report.package('local.b@v1').reason).toMatch(/^not for /);
  });

  test('a dependency whose recipe is for another platform is an error', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1" }`);
    await world.recipe('local.a@v1', `dependencies = { "local.b@v1" }; install = "touch a"`);
    await world.recipe('local.b@v1', `platforms = { "${ELSEWHERE}" }; install = "false"`);
    const report = await install(world);
    expect(report.exitCode).toBe(3);
    expect(report.package('local.a@v1').error).toMatchObject({ code: 'E_PLATFORM' });
    expect(report.package('local.a@v1').error?.message).toContain('local.b@v1');
  });

  test('a dependency entry for another platform is left out, and asking for it says so', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1" }`);
    await world.recipe(
      'local.a@v1',
      `dependencies = { { recipe = "local.b@v1", platforms = { "${ELSEWHERE}" } } }
       function install(ctx) print(select(2, pcall(ctx.asset, "local.b@v1"))) ctx.write_file("a", "") end`,
    );
    const report = await install(world);
    expect(report.statuses).toEqual({ 'local.a@v1': 'installed' });
    expect(report.printed.join()).toContain('local.b@v1');
  });
});
