import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { World } from './support/index.js';
import { assetOf, declareThing, phasesOf, sync, syncThing, type SyncReport, THING } from './support/one-package.js';

const TOOL = 'install = [[mkdir bin && printf "#!/bin/sh\\necho tool" > bin/tool && chmod +x bin/tool]]\n';

interface ProjectEnvironment {
  /** The folders that stand before the inherited PATH. */
  readonly path: readonly string[];
  /** Without PATH and without fettle's own variable. */
  readonly env: Readonly<Record<string, string>>;
}

/** What `fettle env` tells of the project. */
async function environmentOf(world: World): Promise<ProjectEnvironment> {
  const { stdout, stderr } = await world.fettle(['env', '--shell', 'json'], { env: { PATH: '/inherited' } });
  if (stdout === '') throw new Error(stderr);
  const { PATH = '/inherited', FETTLE_PROJECT_DIR, ...env } = JSON.parse(stdout) as Record<string, string>;
  expect(FETTLE_PROJECT_DIR).toBe(world.project);
  const folders = PATH.split(':');
  expect(folders.at(-1)).toBe('/inherited');
  return { path: folders.slice(0, -1), env };
}

function deployRan(report: SyncReport): boolean {
  return phasesOf(report).includes('deploy');
}

describe('without a deploy verb', () => {
  test('the folder bin comes onto PATH', async () => {
    await using world = await World.create();
    const report = await syncThing(world, TOOL);
    expect(await environmentOf(world)).toMatchObject({ path: [join(assetOf(report), 'bin')] });
    expect((await world.fettle(['run', '--', 'tool'])).stdout).toBe('tool\n');
  });

  test('the folders of the products come instead, each once', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      `install = "mkdir bin opt && touch bin/x opt/a opt/b"
       products = { a = "opt/a", b = "opt/b" }`,
    );
    expect((await environmentOf(world)).path).toEqual([join(assetOf(report), 'opt')]);
  });

  test('a package without either changes nothing', async () => {
    await using world = await World.create();
    await syncThing(world, 'install = "touch lib"');
    expect((await environmentOf(world)).path).toEqual([]);
  });

  test('what is only needed by others stays hidden, and what is in the manifest, too, does not', async () => {
    await using world = await World.create();
    const dependency = await world.recipe('local.tool@v1', TOOL);
    await declareThing(
      world,
      `dependencies = { { recipe = "local.tool@v1", source = "local.tool@v1.lua" } }\ninstall = "touch x"`,
    );
    const hidden = await sync(world);
    expect(hidden.package('local.tool@v1').status).toBe('installed');
    expect((await environmentOf(world)).path).toEqual([]);
    await world.manifest(`packages = { "${THING}", { recipe = "local.tool@v1", source = "${dependency}" } }`);
    const shown = await sync(world);
    expect((await environmentOf(world)).path).toEqual([join(shown.package('local.tool@v1').path ?? '', 'bin')]);
  });
});

describe('the forms of deploy', () => {
  test('a script runs in the project and sees the asset', async () => {
    await using world = await World.create();
    const report = await syncThing(world, `${TOOL}deploy = [[pwd > where; echo "$FETTLE_INSTALL_DIR" >> where]]`);
    expect(report.thing.error).toBeNull();
    expect(await world.read('where')).toBe(`${world.project}\n${assetOf(report)}\n`);
  });

  test('a script that fails fails the package, at its line', async () => {
    await using world = await World.create();
    const report = await syncThing(world, `${TOOL}deploy = "exit 5"`);
    expect(report).toMatchObject({
      exitCode: 1,
      thing: { status: 'failed', error: { code: 'E_SCRIPT', location: { line: 3 } } },
    });
  });

  test('a table names folders of the asset and variables', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      `${TOOL}deploy = {
         path = { "bin", "libexec" },
         env = { TOOL_HOME = "{{ install_dir }}", TOOL_LEVEL = 3, TOOL_ON = true },
       }`,
    );
    const asset = assetOf(report);
    expect(await environmentOf(world)).toMatchObject({
      path: [join(asset, 'bin'), join(asset, 'libexec')],
      env: { TOOL_HOME: asset, TOOL_LEVEL: '3', TOOL_ON: 'true' },
    });
  });

  test('a table of a package that keeps nothing names folders of the project', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'check = "true"\ndeploy = { path = { "scripts", "/opt/tool/bin" } }');
    expect(report.thing.error).toBeNull();
    expect((await environmentOf(world)).path).toEqual([join(world.project, 'scripts'), '/opt/tool/bin']);
  });

  test('a table of a package that keeps nothing cannot speak of install_dir', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'check = "true"\ndeploy = { path = { "{{ install_dir }}/bin" } }');
    expect(report.thing).toMatchObject({ status: 'failed', error: { code: 'E_NO_PATH', location: { line: 3 } } });
  });

  test('a function sets variables and puts folders before PATH, the last one first', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      `${TOOL}function deploy(ctx)
         ctx.set_env("TOOL_HOME", ctx.install_dir)
         ctx:set_env("TOOL_LEVEL", 3)
         ctx.prepend_path(ctx.install_dir .. "/bin")
         ctx.prepend_path("scripts")
       end`,
    );
    const asset = assetOf(report);
    expect(await environmentOf(world)).toMatchObject({
      path: [join(world.project, 'scripts'), join(asset, 'bin')],
      env: { TOOL_HOME: asset, TOOL_LEVEL: '3' },
    });
  });

  test('a function of a dependency reaches the project, too', async () => {
    await using world = await World.create();
    await world.recipe('local.tool@v1', `${TOOL}function deploy(ctx) ctx.set_env("FROM_TOOL", "yes") end`);
    await syncThing(
      world,
      'dependencies = { { recipe = "local.tool@v1", source = "local.tool@v1.lua" } }\ninstall = "touch x"',
    );
    expect((await environmentOf(world)).env).toEqual({ FROM_TOOL: 'yes' });
  });

  test('a package that keeps nothing can deploy', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      `function install(ctx) end
       function deploy(ctx) assert(ctx.install_dir == nil) ctx.set_env("PROGRAMMATIC", "yes") end`,
    );
    expect(report.thing).toMatchObject({ status: 'programmatic', error: null });
    expect((await environmentOf(world)).env).toEqual({ PROGRAMMATIC: 'yes' });
  });

  test('commands that only want a path do not deploy', async () => {
    await using world = await World.create();
    await declareThing(world, `${TOOL}deploy = "touch deployed"`);
    const result = await world.fettle(['asset', THING]);
    expect(result.exitCode).toBe(0);
    expect(result.events.filter((event) => event.phase === 'deploy')).toEqual([]);
  });
});

describe('deploy runs once for each project and asset', () => {
  const DEPLOY = `function deploy(ctx)
    ctx.run("echo ran >> deploys")
    ctx.set_env("TOOL", ctx.install_dir)
  end\n`;

  test('and what it set is kept when it does not run again', async () => {
    await using world = await World.create();
    const first = await syncThing(world, TOOL + DEPLOY);
    const second = await sync(world);
    expect([deployRan(first), deployRan(second)]).toEqual([true, false]);
    expect(await world.read('deploys')).toBe('ran\n');
    expect((await environmentOf(world)).env).toEqual({ TOOL: assetOf(first) });
  });

  test('again when the recipe changes', async () => {
    await using world = await World.create();
    await syncThing(world, TOOL + DEPLOY);
    const changed = await syncThing(world, `${TOOL}${DEPLOY}-- changed`);
    expect(deployRan(changed)).toBe(true);
    expect((await environmentOf(world)).env).toEqual({ TOOL: assetOf(changed) });
  });

  test('again in another project, whose asset is the same', async () => {
    await using world = await World.create();
    const first = await syncThing(world, TOOL + DEPLOY);
    const other = join(world.project, 'other');
    for (const file of ['fettle.lua', `recipes/${THING}.lua`])
      await world.write(`other/${file}`, await world.read(file));
    const elsewhere = await sync(world, { cwd: other });
    expect(elsewhere.thing).toMatchObject({ status: 'cached', path: assetOf(first) });
    expect(deployRan(elsewhere)).toBe(true);
    expect(await world.read('other/deploys')).toBe('ran\n');
  });

  test('again after it failed', async () => {
    await using world = await World.create();
    const failed = await syncThing(world, `${TOOL}deploy = "test -e fixed"`);
    expect(failed.exitCode).toBe(1);
    await world.write('fixed', '');
    const again = await sync(world);
    expect(again).toMatchObject({ exitCode: 0, thing: { status: 'cached' } });
    expect(deployRan(again)).toBe(true);
  });

  test('and what it set is true again after the cache was lost and the asset is rebuilt', async () => {
    await using world = await World.create();
    await syncThing(world, TOOL + DEPLOY);
    expect((await world.fettle(['cache', 'clear'])).exitCode).toBe(0);
    const rebuilt = await sync(world);
    expect(rebuilt.thing.status).toBe('installed');
    expect((await environmentOf(world)).env).toEqual({ TOOL: assetOf(rebuilt) });
  });

  test('what a package set is gone when the manifest no longer names it', async () => {
    await using world = await World.create();
    await syncThing(world, TOOL + DEPLOY);
    await world.manifest('packages = {}');
    expect((await world.fettle(['sync', '--json'])).exitCode).toBe(0);
    expect(await environmentOf(world)).toMatchObject({ path: [], env: {} });
  });
});
