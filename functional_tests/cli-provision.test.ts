import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { RunReport, World } from './support/index.js';

/** Two small packages, one with a product and one of two variants. */
async function twoPackages(): Promise<World> {
  const world = await World.create();
  await world.recipe(
    'local.alpha@v1',
    'install = "mkdir bin; echo alpha > bin/alpha"\nproducts = { alpha = "bin/alpha" }',
  );
  await world.recipe('acme.beta@v2', 'function install(ctx) ctx.write_file("n", tostring(ctx.options.n)) end');
  await world.manifest('packages = { "local.alpha@v1", { recipe = "acme.beta@v2", options = { n = 1 } } }');
  return world;
}

const reported = async (world: World, ...args: string[]): Promise<RunReport> =>
  new RunReport(await world.fettle([...args, '--json']));

describe('sync', () => {
  test('installs every package, and a second one finds all in the cache', async () => {
    await using world = await twoPackages();
    expect((await reported(world, 'sync')).statuses).toEqual({
      'local.alpha@v1': 'installed',
      'acme.beta@v2': 'installed',
    });
    const again = await reported(world, 'sync');
    expect(again.statuses).toEqual({ 'local.alpha@v1': 'cached', 'acme.beta@v2': 'cached' });
    expect(again.events.filter(({ kind }) => kind === 'process:start')).toEqual([]);
  });

  test('prints one object whose shape never changes', async () => {
    await using world = await twoPackages();
    await world.recipe('acme.beta@v2', '\nfunction install(ctx) error("no luck") end');
    const { stdout, exitCode } = await world.fettle(['sync', '--json']);
    expect(exitCode).toBe(1);
    expect(stdout.split('\n')).toHaveLength(2);
    const printed = JSON.parse(stdout) as { packages: object[] };
    expect(printed).toEqual({ packages: [expect.anything(), expect.anything()], duration_ms: expect.any(Number) });
    const key = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(printed.packages).toEqual([
      {
        identity: 'local.alpha@v1',
        options: {},
        key,
        status: 'installed',
        path: expect.stringMatching(`^${world.cache}/assets/local\\.alpha@v1/[a-z0-9_-]+/asset$`),
        reason: null,
        miss_reasons: [expect.objectContaining({ kind: 'first-build', text: 'first build on this machine' })],
        duration_ms: expect.any(Number),
        error: null,
      },
      {
        identity: 'acme.beta@v2',
        options: { n: 1 },
        key,
        status: 'failed',
        path: null,
        reason: expect.stringContaining('no luck'),
        miss_reasons: [expect.objectContaining({ kind: 'first-build' })],
        duration_ms: expect.any(Number),
        error: {
          code: 'E_LUA_RUNTIME',
          message: expect.stringContaining('no luck'),
          hint: expect.any(String),
          location: {
            file: join(world.project, 'recipes/acme.beta@v2.lua'),
            line: 3,
            text: 'function install(ctx) error("no luck") end',
          },
        },
      },
    ]);
  });

  test('of a manifest without packages succeeds', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}');
    const report = await reported(world, 'sync');
    expect([report.exitCode, report.packages]).toEqual([0, []]);
  });
});

describe('install', () => {
  test.each(['acme.beta@v2', 'beta', 'acme.beta', 'beta@v2', 'acme.beta@v2{n=1}'])(
    'of %s installs only that',
    async (name) => {
      await using world = await twoPackages();
      expect((await reported(world, 'install', name)).statuses).toEqual({ 'acme.beta@v2': 'installed' });
    },
  );

  test('without names installs all, with one twice it once', async () => {
    await using world = await twoPackages();
    expect((await reported(world, 'install', 'beta', 'beta@v2')).packages).toHaveLength(1);
    expect((await reported(world, 'install')).statuses).toEqual({
      'local.alpha@v1': 'installed',
      'acme.beta@v2': 'cached',
    });
  });

  test('of a package that is not there names the nearest, as JSON too', async () => {
    await using world = await twoPackages();
    const { exitCode, stdout, stderr } = await world.fettle(['install', 'bta', '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      packages: [],
      duration_ms: expect.any(Number),
      error: {
        code: 'E_UNKNOWN_PACKAGE',
        message: 'the manifest has no package bta',
        hint: 'Did you mean "beta"?',
        location: null,
      },
    });
    expect(stderr).toContain('acme.beta@v2');
  });

  test('of a package for other platforms says so', async () => {
    await using world = await World.create();
    await world.manifest(
      'packages = { { recipe = "local.a@v1", platforms = { fettle.platform == "linux" and "darwin" or "linux" } } }',
    );
    const report = await reported(world, 'install', 'a');
    expect([report.exitCode, report.error?.code]).toEqual([3, 'E_PLATFORM']);
  });

  test('takes identities or a recipe, not both, and options only with a recipe', async () => {
    await using world = await twoPackages();
    expect((await world.fettle(['install', 'beta', '--recipe', 'x.lua'])).exitCode).toBe(2);
    const { exitCode, stderr } = await world.fettle(['install', 'beta', '--option', 'n=2']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--option belongs to --recipe FILE')]);
  });
});

describe('install --recipe', () => {
  const TYPED = `identity = "local.typed@v1"
    options = { text = { type = "string" }, version = { type = "semver" }, count = { type = "integer" },
      on = { type = "boolean" }, parts = { type = "list" }, share = { type = "number" } }
    function install(ctx) ctx.mark_install_complete() end`;

  test('needs no manifest, and works in the current folder', async () => {
    await using world = await World.create();
    await world.write(
      'tool.lua',
      'identity = "local.tool@v1"\nfunction install(ctx) ctx.write_file("at", ctx.project_dir) end',
    );
    const report = await reported(world, 'install', '--recipe', 'tool.lua');
    expect(report.statuses).toEqual({ 'local.tool@v1': 'installed' });
    expect(await world.read(`${report.package('local.tool@v1').path}/at`)).toBe(world.project);
  });

  test.each([
    ['declared', 'fetch = "data.txt"'],
    ['by a function', 'function fetch(ctx) ctx.commit_fetch(ctx.fetch("data.txt")) end'],
  ])('looks for a source that is %s beside the recipe, then in the current folder', async (_form, fetch) => {
    await using world = await World.create();
    await world.write('kits/tool.lua', `identity = "local.tool@v1"\n${fetch}`);
    await world.write('data.txt', 'of the current folder');
    const first = await reported(world, 'install', '--recipe', 'kits/tool.lua');
    expect(await world.read(`${first.package('local.tool@v1').path}/data.txt`)).toBe('of the current folder');
    await world.write('kits/data.txt', 'beside the recipe');
    await world.fettle(['cache', 'clear']);
    const second = await reported(world, 'install', '--recipe', 'kits/tool.lua');
    expect(await world.read(`${second.package('local.tool@v1').path}/data.txt`)).toBe('beside the recipe');
  });

  test('refuses an option that holds null', async () => {
    await using world = await World.create();
    await world.write('tool.lua', 'identity = "local.tool@v1"\ninstall = "true"');
    const result = await world.fettle(['install', '--recipe', 'tool.lua', '--option', 'x=[null]']);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('E_USAGE');
  });

  test('reads options by the types that the recipe declares', async () => {
    await using world = await World.create();
    await world.write('typed.lua', TYPED);
    const given = ['text=3', 'version=1.10.0', 'count=3', 'on=true', 'parts=["a",1]', 'share=0.5'];
    const report = await reported(
      world,
      'install',
      '--recipe',
      'typed.lua',
      ...given.flatMap((each) => ['--option', each]),
    );
    expect(report.package('local.typed@v1').options).toEqual({
      text: '3',
      version: '1.10.0',
      count: 3,
      on: true,
      parts: ['a', 1],
      share: 0.5,
    });
  });

  test('keeps what stands after the first equals sign', async () => {
    await using world = await World.create();
    await world.write('typed.lua', TYPED);
    const report = await reported(world, 'install', '--recipe', 'typed.lua', '--option', 'text=a=b c');
    expect(report.package('local.typed@v1').options).toEqual({ text: 'a=b c' });
  });

  test.each([
    ['count=many', 3, 'E_OPTION'],
    ['cuont=1', 3, 'E_OPTION'],
    ['count', 2, 'E_USAGE'],
    ['=1', 2, 'E_USAGE'],
  ])('refuses --option %s', async (option, exitCode, code) => {
    await using world = await World.create();
    await world.write('typed.lua', TYPED);
    const report = await reported(world, 'install', '--recipe', 'typed.lua', '--option', option);
    expect(report.exitCode).toBe(exitCode);
    expect((report.error ?? report.packages[0]?.error)?.code).toBe(code);
  });

  test.each([
    ['that is not there', undefined, 'E_RECIPE_NOT_FOUND'],
    ['without an identity', 'install = "x"', 'E_RECIPE_IDENTITY'],
    ['whose identity is none', 'identity = "tool"', 'E_IDENTITY'],
    ['whose code fails', 'error("no")', 'E_RECIPE'],
  ])('refuses a recipe %s', async (_what, lua, code) => {
    await using world = await World.create();
    if (lua !== undefined) await world.write('r.lua', lua);
    const report = await reported(world, 'install', '--recipe', 'r.lua');
    expect(report.exitCode).toBe(3);
    expect(report.error?.code).toBe(code);
    expect(report.packages).toEqual([]);
  });
});

describe('asset and product', () => {
  test('print one absolute path on stdout, and install first', async () => {
    await using world = await twoPackages();
    const product = await world.fettle(['product', 'alpha']);
    expect(await world.read(product.stdout.trimEnd())).toBe('alpha\n');
    const asset = await world.fettle(['asset', 'alpha']);
    expect(asset.stdout).toBe(`${product.stdout.slice(0, -'/bin/alpha\n'.length)}\n`);
    expect([asset.exitCode, asset.stderr]).toEqual([0, '']);
  });

  test('print nothing when the package fails', async () => {
    await using world = await twoPackages();
    await world.recipe('local.alpha@v1', 'install = "exit 3"\nproducts = { alpha = "bin/alpha" }');
    for (const command of ['asset', 'product']) {
      const { exitCode, stdout, stderr } = await world.fettle([command, 'alpha']);
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toContain('E_SCRIPT');
    }
  });

  test('of what is not there name the nearest', async () => {
    await using world = await twoPackages();
    const asset = await world.fettle(['asset', 'alhpa']);
    expect([asset.exitCode, asset.stderr]).toEqual([2, expect.stringContaining('Did you mean "alpha"?')]);
    const product = await world.fettle(['product', 'alpa']);
    expect([product.exitCode, product.stderr]).toEqual([2, expect.stringContaining('Did you mean "alpha"?')]);
  });

  test('of two variants ask which one', async () => {
    await using world = await twoPackages();
    await world.manifest(
      'packages = { { recipe = "acme.beta@v2", options = { n = 1 } }, { recipe = "acme.beta@v2", options = { n = 2 } } }',
    );
    const { exitCode, stderr } = await world.fettle(['asset', 'beta']);
    expect(exitCode).toBe(2);
    for (const id of ['acme.beta@v2{n=1}', 'acme.beta@v2{n=2}']) expect(stderr).toContain(id);
    const chosen = await world.fettle(['asset', 'acme.beta@v2{n=2}']);
    expect(await world.read(`${chosen.stdout.trimEnd()}/n`)).toBe('2');
  });

  test('of a package that keeps no files is an error that says so', async () => {
    await using world = await World.create();
    await world.recipe('local.host@v1', 'check = "true"');
    await world.manifest('packages = { "local.host@v1" }');
    const { exitCode, stdout, stderr } = await world.fettle(['asset', 'host']);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('E_NO_PATH');
  });
});

describe('list', () => {
  test('tells what a sync has made of each package', async () => {
    await using world = await twoPackages();
    const elsewhere =
      '{ recipe = "local.other@v1", platforms = { fettle.platform == "linux" and "darwin" or "linux" } }';
    await world.manifest(
      `packages = { "local.alpha@v1", { recipe = "acme.beta@v2", options = { n = 1 } }, ${elsewhere} }`,
    );
    await world.fettle(['install', 'alpha']);
    const { stdout, exitCode } = await world.fettle(['list', '--json']);
    expect(exitCode).toBe(0);
    const asset = (await world.fettle(['asset', 'alpha'])).stdout.trimEnd();
    expect(JSON.parse(stdout)).toEqual({
      packages: [
        {
          identity: 'local.alpha@v1',
          options: {},
          version: null,
          source: null,
          status: 'installed',
          path: asset,
          products: { alpha: `${asset}/bin/alpha` },
        },
        {
          identity: 'acme.beta@v2',
          options: { n: 1 },
          version: null,
          source: null,
          status: 'missing',
          path: null,
          products: {},
        },
        {
          identity: 'local.other@v1',
          options: {},
          version: null,
          source: null,
          status: 'other platform',
          path: null,
          products: {},
        },
      ],
    });
  });

  test('tells the versions of the tools: of the recipe, of the option or its default, and of the manifest', async () => {
    await using world = await World.create();
    const install = 'install = "touch file"';
    await world.recipe('local.said@v1', `version = "1.2.3"; ${install}`);
    await world.recipe('local.option@v1', `options = { version = { type = "string", default = "4.5" } }; ${install}`);
    await world.recipe('local.silent@v1', install);
    const wanted = '{ recipe = "local.option@v1", options = { version = "6.7" } }';
    await world.manifest(`packages = { "local.said@v1", "local.option@v1", ${wanted}, "local.silent@v1" }`);
    const versions = async (): Promise<readonly unknown[]> => {
      const { stdout } = await world.fettle(['list', '--json']);
      return (JSON.parse(stdout) as { packages: { version: unknown }[] }).packages.map(({ version }) => version);
    };
    expect(await versions()).toEqual([null, null, '6.7', null]);
    await world.fettle(['sync']);
    expect(await versions()).toEqual(['1.2.3', '4.5', '6.7', null]);
    const rows = (await world.fettle(['list'])).stdout.split('\n').map((row) => row.split(/ +/)[1]);
    expect(rows).toEqual(['1.2.3', '4.5', '6.7', '-', undefined]);
  });

  test('for people is a table', async () => {
    await using world = await twoPackages();
    const { stdout } = await world.fettle(['list']);
    expect(stdout).toBe('local.alpha@v1     -  missing\nacme.beta@v2{n=1}  -  missing\n');
  });

  test('of a manifest that is wrong prints one JSON object with the error', async () => {
    await using world = await World.create();
    await world.manifest('packages = 1');
    const { exitCode, stdout } = await world.fettle(['list', '--json']);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toEqual({ packages: [], error: expect.objectContaining({ code: 'E_MANIFEST' }) });
  });
});
