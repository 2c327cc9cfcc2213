import { describe, expect, test } from '@jest/globals';
import { chmod, lstat, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { World, type CommandResult } from './support/index.js';

const TOOL = `
options = {
  version = { type = "string", default = "1.0.0", description = "release" },
  size = { type = "integer", default = 1 },
}
function install(ctx) ctx.mark_install_complete() end
`;

function run(world: World, ...args: string[]): Promise<CommandResult> {
  return world.fettle(args, { isTraced: false });
}

/** The ids that `fettle list` shows. */
async function listed(world: World): Promise<readonly string[]> {
  const { stdout } = await run(world, 'list', '--json');
  const { packages } = JSON.parse(stdout) as { packages: { identity: string; options: object }[] };
  return packages.map(({ identity, options }) => identity + JSON.stringify(options).replace('{}', ''));
}

describe('init', () => {
  test('writes a manifest with what the files of other tools ask for, and names the rest', async () => {
    await using world = await World.create();
    await world.write('.nvmrc', '22\n');
    await world.write('.tool-versions', 'nodejs 20.11.1\ngolang 1.22.1\npython 3.11.4\n');
    const { exitCode, stdout, stderr } = await run(world, 'init');
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain('golang 1.22.1 (.tool-versions)');
    expect(stderr).toContain('.nvmrc says 22');
    expect(await listed(world)).toEqual(['fettle.node@v1{"version":"20.11.1"}', 'fettle.python@v1{"minimum":"3.11"}']);
    expect(await world.read('fettle.lua')).toContain(
      '  { recipe = "fettle.node@v1", options = { version = "20.11.1" } }, -- .tool-versions',
    );
  });

  test('takes packages by name, and files that are named alone', async () => {
    await using world = await World.create();
    await world.write('.nvmrc', '22\n');
    await world.write('.tool-versions', 'ruff 0.17.5\n');
    const { exitCode, stdout } = await run(world, 'init', 'ninja', 'node@20', '--json', '--from', '.tool-versions');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      manifest: join(world.project, 'fettle.lua'),
      packages: [
        { identity: 'fettle.ruff@v1', options: { version: '0.17.5' }, from: '.tool-versions', note: null },
        { identity: 'fettle.ninja@v1', options: {}, from: null, note: null },
        { identity: 'fettle.node@v1', options: { version: '20' }, from: null, note: null },
      ],
      unmatched: [],
      problems: [],
    });
  });

  test('in an empty folder it shows how an entry looks, and add finds its place', async () => {
    await using world = await World.create();
    expect((await run(world, 'init')).exitCode).toBe(0);
    expect(await world.read('fettle.lua')).toMatch(/packages = \{\n {2}-- "fettle.cmake@v1",\n\}\n$/);
    expect((await run(world, 'add', 'ninja')).exitCode).toBe(0);
    expect(await world.read('fettle.lua')).toMatch(/\n {2}-- "fettle.cmake@v1",\n {2}"fettle.ninja@v1",\n\}\n$/);
  });

  test('never touches a manifest that is there, and tells what is in it', async () => {
    await using world = await World.create();
    await world.manifest('packages = { "fettle.ninja@v1" } -- mine');
    const { exitCode, stderr } = await run(world, 'init', 'cmake');
    expect([exitCode, await world.read('fettle.lua')]).toEqual([2, 'packages = { "fettle.ninja@v1" } -- mine']);
    expect(stderr).toContain('fettle.ninja@v1');
    expect(stderr).toContain('fettle add');
  });

  test('a name that means nothing leaves no file', async () => {
    await using world = await World.create();
    const { exitCode, stderr } = await run(world, 'init', 'nimja');
    expect([exitCode, await readdir(world.project)]).toEqual([3, ['.git']]);
    expect(stderr).toContain('Did you mean "ninja"?');
  });
});

describe('add', () => {
  test('keeps comments, layout, line ends, mode and links', async () => {
    await using world = await World.create();
    await world.write('real.lua', "\ufeff-- top\r\npackages = {\r\n\t'fettle.cmake@v1' -- builds\r\n}\r\n-- end\r\n");
    await chmod(join(world.project, 'real.lua'), 0o640);
    await symlink('real.lua', join(world.project, 'fettle.lua'));
    expect((await run(world, 'add', 'ninja')).exitCode).toBe(0);
    expect(await world.read('real.lua')).toBe(
      "\ufeff-- top\r\npackages = {\r\n\t'fettle.cmake@v1', -- builds\r\n\t'fettle.ninja@v1'\r\n}\r\n-- end\r\n",
    );
    expect((await lstat(join(world.project, 'fettle.lua'))).isSymbolicLink()).toBe(true);
    expect((await stat(join(world.project, 'real.lua'))).mode & 0o777).toBe(0o640);
  });

  test('what is there is told, and given another version in place', async () => {
    await using world = await World.create();
    await world.recipe('local.tool@v1', TOOL);
    await world.manifest('packages = {\n  { recipe = "local.tool@v1", options = { size = 2 } }, -- big\n}\n');
    const same = await run(world, 'add', 'tool', '--json');
    expect(JSON.parse(same.stdout)).toMatchObject({ changed: false, packages: [{ change: 'unchanged' }] });
    const other = await run(world, 'add', 'tool@v2.0.0', '--option', 'size=3', '--json');
    expect(JSON.parse(other.stdout)).toEqual({
      manifest: join(world.project, 'fettle.lua'),
      changed: true,
      packages: [
        {
          identity: 'local.tool@v1',
          options: { size: 3, version: '2.0.0' },
          change: 'updated',
          changes: [
            { field: 'options.version', before: null, after: '2.0.0' },
            { field: 'options.size', before: 2, after: 3 },
          ],
        },
      ],
    });
    expect(await world.read('fettle.lua')).toBe(
      'packages = {\n  { recipe = "local.tool@v1", options = { size = 3, version = "2.0.0" } }, -- big\n}\n',
    );
  });

  test('another variant stands beside the first when that is wanted', async () => {
    await using world = await World.create();
    await world.recipe('local.tool@v1', TOOL);
    await world.manifest('packages = { "local.tool@v1" }');
    await run(world, 'add', 'tool@2', '--beside');
    expect(await listed(world)).toEqual(['local.tool@v1', 'local.tool@v1{"version":"2"}']);
    const { exitCode, stderr } = await run(world, 'add', 'tool@3');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('E_AMBIGUOUS_PACKAGE');
  });

  test('a recipe from elsewhere is added with its source', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}\n');
    const source = 'https://example.com/gcc.git';
    const flags = ['--source', source, '--ref', 'v2', '--platform', 'linux', '--option', 'lto=true'];
    expect((await run(world, 'add', 'acme.gcc@v2', ...flags)).exitCode).toBe(0);
    expect(await world.read('fettle.lua')).toBe(
      `packages = {\n  { recipe = "acme.gcc@v2", source = "${source}", ref = "v2", options = { lto = true }, platforms = { "linux" } },\n}\n`,
    );
  });

  const refusals: readonly (readonly [title: string, args: readonly string[], code: string, hint: string])[] = [
    ['an option that the recipe has not', ['tool', '--option', 'verison=1'], 'E_OPTION', 'version'],
    ['an option of the wrong type', ['tool', '--option', 'size=big'], 'E_OPTION', 'whole number'],
    ['a version of the recipe that there is not', ['tool@v9'], 'E_RECIPE_NOT_FOUND', 'tool@9'],
    ['a name that is misspelt', ['tolo'], 'E_RECIPE_NOT_FOUND', 'Did you mean "tool"?'],
    ['a git source without a ref', ['a.b@1', '--source', 'https://example.com/b.git'], 'E_MANIFEST', 'Add ref'],
    ['options for several packages', ['tool', 'ninja', '--option', 'size=1'], 'E_USAGE', 'one by one'],
    ['an option without a value', ['tool', '--option', 'size'], 'E_USAGE', 'name=value'],
  ];

  test.each(refusals)('refuses %s and writes nothing', async (_, args, code, hint) => {
    await using world = await World.create();
    await world.recipe('local.tool@v1', TOOL);
    await world.manifest('packages = {}\n');
    const { exitCode, stderr } = await run(world, 'add', ...args);
    expect([exitCode, await world.read('fettle.lua')]).toEqual([code === 'E_USAGE' ? 2 : 3, 'packages = {}\n']);
    expect(stderr).toContain(code);
    expect(stderr).toContain(hint);
    expect((await readdir(world.project)).sort()).toEqual(['.git', 'fettle.lua', 'recipes']);
  });

  test('an option that will not do is told by its own name, at the line that declares it', async () => {
    await using world = await World.create();
    await world.recipe('local.tool@v1', 'options = {\n  size = { type = "integer" },\n}\ninstall = "true"\n');
    await world.manifest('packages = {}\n');
    const { stderr } = await run(world, 'add', 'tool', '--option', 'size=big');
    expect(stderr).toContain('local.tool@v1.lua:3\n');
    expect(stderr).toMatch(/field +options\.size\n/);
  });

  test('a list that code makes is left to people, who are told the line', async () => {
    await using world = await World.create();
    const lua = 'local all = { "fettle.cmake@v1" }\npackages = fettle.join(all)\n';
    await world.manifest(lua);
    const { exitCode, stderr } = await run(world, 'add', 'ninja');
    expect([exitCode, await world.read('fettle.lua')]).toEqual([3, lua]);
    expect(stderr).toContain('fettle.lua:2');
    expect(stderr).toContain('Add this entry by hand: "fettle.ninja@v1"');
  });

  test('code that has its own way with the list is noticed before anything is written', async () => {
    await using world = await World.create();
    const lua = 'packages = { "fettle.cmake@v1" }\npackages[2] = "fettle.zlib@v1"\n';
    await world.manifest(lua);
    const { exitCode, stderr } = await run(world, 'add', 'ninja');
    expect([exitCode, await world.read('fettle.lua')]).toEqual([3, lua]);
    expect(stderr).toContain('Nothing was written');
  });

  test('several at once all get in', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}\n');
    const names = ['ninja', 'cmake', 'zig'];
    const results = await Promise.all(names.map((name) => run(world, 'add', name)));
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect([...(await listed(world))].sort()).toEqual(['fettle.cmake@v1', 'fettle.ninja@v1', 'fettle.zig@v1']);
  });
});

describe('remove', () => {
  test('takes a package with its line and its comment', async () => {
    await using world = await World.create();
    await world.manifest('packages = {\n  -- tools\n  "fettle.cmake@v1", -- c\n  "fettle.ninja@v1", -- n\n}\n');
    const { exitCode, stdout } = await run(world, 'remove', 'cmake', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      manifest: join(world.project, 'fettle.lua'),
      packages: [{ identity: 'fettle.cmake@v1', options: {}, needed_by: [] }],
    });
    expect(await world.read('fettle.lua')).toBe('packages = {\n  -- tools\n  "fettle.ninja@v1", -- n\n}\n');
  });

  test('the last one leaves an empty list, which loads', async () => {
    await using world = await World.create();
    await world.manifest('packages = { "fettle.cmake@v1", "fettle.cmake@v1" }\n');
    await run(world, 'remove', 'fettle.cmake@v1');
    expect(await world.read('fettle.lua')).toBe('packages = {}\n');
    expect(await listed(world)).toEqual([]);
  });

  test('says which packages need it still, at any depth', async () => {
    await using world = await World.create();
    const needs = (name: string) => `dependencies = { "local.${name}@v1" }\n${TOOL}`;
    await world.recipe('local.base@v1', TOOL);
    await world.recipe('local.middle@v1', needs('base'));
    await world.recipe('local.top@v1', needs('middle'));
    await world.manifest('packages = { "local.base@v1", "local.top@v1" }\n');
    const { exitCode, stderr } = await run(world, 'remove', 'base');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('local.middle@v1');
    expect(await listed(world)).toEqual(['local.top@v1']);
  });

  test('a package for another platform can be removed too', async () => {
    await using world = await World.create();
    const elsewhere = process.platform === 'win32' ? 'linux' : 'windows';
    await world.manifest(`packages = { { recipe = "fettle.cmake@v1", platforms = { "${elsewhere}" } } }`);
    expect((await run(world, 'remove', 'cmake')).exitCode).toBe(0);
    expect(await world.read('fettle.lua')).toBe('packages = {}');
  });

  test('of variants the id says which', async () => {
    await using world = await World.create();
    await world.recipe('local.tool@v1', TOOL);
    await world.manifest('packages = { "local.tool@v1", { recipe = "local.tool@v1", options = { size = 2 } } }');
    const unclear = await run(world, 'remove', 'tool');
    expect(unclear.exitCode).toBe(2);
    expect(unclear.stderr).toContain('local.tool@v1{size=2}');
    expect((await run(world, 'remove', 'local.tool@v1{size=2}')).exitCode).toBe(0);
    expect(await world.read('fettle.lua')).toBe('packages = { "local.tool@v1" }');
  });

  test('an unknown name gets the nearest, as JSON too', async () => {
    await using world = await World.create();
    await world.manifest('packages = { "fettle.cmake@v1" }');
    const { exitCode, stdout, stderr } = await run(world, 'remove', 'cmaek', '--json');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean "cmake"?');
    expect(stdout).toContain('E_UNKNOWN_PACKAGE');
  });
});

test.each(['init', 'add', 'remove'])('the help of %s has an example', async (command) => {
  await using world = await World.create();
  const { exitCode, stdout } = await run(world, command, '--help');
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Example:\n  fettle ${command} `);
});
