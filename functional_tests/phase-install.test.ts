import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tarGz, World } from './support/index.js';
import { assetOf, entriesIn, filesBelow, phasesOf, sync, syncThing, THING } from './support/one-package.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('an install script', () => {
  test('runs in install_dir, and what it writes there is the asset', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'install = "pwd > where"');
    expect(report.thing.status).toBe('installed');
    expect(await readFile(join(assetOf(report), 'where'), 'utf8')).toBe(`${assetOf(report)}\n`);
  });

  test('completes the package with exit code 0 even when it writes nothing', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'install = ":"');
    expect(report.thing).toMatchObject({ status: 'installed', error: null });
    expect(await readdir(assetOf(report))).toEqual([]);
    expect((await sync(world)).thing).toMatchObject({ status: 'cached', path: assetOf(report) });
  });

  test('that fails keeps nothing, and its failure is told with the line of the verb', async () => {
    await using world = await World.create();
    const report = await syncThing(world, '\ninstall = "touch half; exit 3"');
    expect(report.exitCode).toBe(1);
    const file = join(world.project, `recipes/${THING}.lua`);
    expect(report.thing).toMatchObject({
      status: 'failed',
      path: null,
      error: { code: 'E_SCRIPT', location: { file, line: 3 } },
    });
    expect(await entriesIn(world)).toEqual([]);
  });
});

describe('an install function', () => {
  test('completes the package when it leaves something in install_dir', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'function install(ctx) ctx.write_file("bin/tool", "x") end');
    expect(report.thing.status).toBe('installed');
    expect(await filesBelow(assetOf(report))).toEqual(['bin/tool']);
    expect((await sync(world)).thing.status).toBe('cached');
  });

  test('completes the package with any number of marks', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      `install = function(ctx)
         ctx.mark_install_complete()
         ctx:mark_install_complete()
         ctx.write_file("late", "after the mark")
         ctx.mark_install_complete()
       end`,
    );
    expect(report.thing.status).toBe('installed');
    expect(await filesBelow(assetOf(report))).toEqual(['late']);
  });

  test('commits an empty package with the mark and nothing in install_dir', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'function install(ctx) ctx.mark_install_complete() end');
    expect(report.thing.status).toBe('installed');
    expect(await readdir(assetOf(report))).toEqual([]);
    expect((await sync(world)).thing.status).toBe('cached');
  });

  test('with the mark keeps what is in stage_dir out of the asset', async () => {
    await using world = await World.create();
    await world.write('recipes/a.txt', 'x');
    const report = await syncThing(world, 'fetch = "a.txt"\nfunction install(ctx) ctx.mark_install_complete() end');
    expect(await readdir(assetOf(report))).toEqual([]);
  });

  test('commits nothing when it raises an error after the mark', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'function install(ctx)\n  ctx.mark_install_complete()\n  error("no")\nend');
    expect(report.thing).toMatchObject({ status: 'failed', error: { code: 'E_LUA_RUNTIME', location: { line: 4 } } });
    expect(await entriesIn(world)).toEqual([]);
  });

  test('may return a script, which runs in install_dir and completes the package', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'function install(ctx) return "pwd > where" end');
    expect(await readFile(join(assetOf(report), 'where'), 'utf8')).toBe(`${assetOf(report)}\n`);
    expect(report.thing.status).toBe('installed');
  });

  test('may return a script that writes nothing, as an install script may', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'function install(ctx) return ":" end');
    expect(report.thing.status).toBe('installed');
    expect(await readdir(assetOf(report))).toEqual([]);
  });

  test('fails when the script it returned fails', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'function install(ctx) ctx.write_file("a", "") return "exit 4" end');
    expect(report.thing).toMatchObject({ status: 'failed', error: { code: 'E_SCRIPT' } });
    expect(await entriesIn(world)).toEqual([]);
  });

  test('may return nothing but a script', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'function install(ctx) return { "a" } end');
    expect(report.thing.error).toMatchObject({ code: 'E_VERB', location: { line: 2 } });
  });
});

describe('a programmatic package', () => {
  const COUNTING = `
    fetch = { source = "input.txt", sha256 = "${sha256('hello world\n')}" }
    function install(ctx) ctx.run("echo ran >> count", { cwd = ctx.project_dir }) end`;

  test('succeeds without a path and runs again the next time', async () => {
    await using world = await World.create();
    await world.write('recipes/input.txt', 'hello world\n');
    const first = await syncThing(world, COUNTING);
    const second = await sync(world);
    for (const { thing, exitCode } of [first, second]) {
      expect({ thing, exitCode }).toMatchObject({ exitCode: 0, thing: { status: 'programmatic', path: null } });
    }
    expect(await world.read('count')).toBe('ran\nran\n');
  });

  test('is also one that leaves files in stage_dir only', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'function install(ctx) ctx.write_file(ctx.stage_dir .. "/x", "") end');
    expect(report.thing).toMatchObject({ status: 'programmatic', path: null, error: null });
    expect(await entriesIn(world)).toEqual([]);
  });

  test('leaves only its verified downloads in the cache', async () => {
    await using world = await World.create();
    await world.write('recipes/input.txt', 'hello world\n');
    await syncThing(world, COUNTING);
    expect(await entriesIn(world)).toEqual([`${THING}/fetch/input.txt`]);
  });

  test('does not download again what it has verified', async () => {
    await using world = await World.create();
    const url = world.server.serve('/input.txt', 'hello world\n');
    const recipe = COUNTING.replace('input.txt', url);
    await syncThing(world, recipe);
    await sync(world);
    expect(await world.read('count')).toBe('ran\nran\n');
    expect(world.server.count('/input.txt')).toBe(1);
  });
});

describe('without an install verb', () => {
  test('what was staged into install_dir is the asset', async () => {
    await using world = await World.create();
    await world.write('recipes/a.tar.gz', tarGz([{ path: 'top/file', content: 'x' }]));
    const report = await syncThing(world, 'fetch = "a.tar.gz"\nstage = { strip = 1 }');
    expect(report.thing.status).toBe('installed');
    expect(await filesBelow(assetOf(report))).toEqual(['file']);
    expect(phasesOf(report)).toEqual(['fetch', 'stage']);
  });

  test('what a build leaves in install_dir is the asset, and stage_dir is thrown away', async () => {
    await using world = await World.create();
    await world.write('recipes/a.txt', 'x');
    const report = await syncThing(world, 'fetch = "a.txt"\nbuild = [[cp a.txt "$FETTLE_INSTALL_DIR/b.txt"]]');
    expect(await filesBelow(assetOf(report))).toEqual(['b.txt']);
    expect(await readdir(dirname(assetOf(report)))).not.toContain('stage');
  });

  test('what a build leaves in stage_dir becomes the asset when install_dir is empty', async () => {
    await using world = await World.create();
    await world.write('recipes/a.txt', 'x');
    const report = await syncThing(world, 'fetch = "a.txt"\nbuild = "mkdir out && cp a.txt out/b.txt"');
    expect(report.thing.status).toBe('installed');
    expect(await filesBelow(assetOf(report))).toEqual(['a.txt', 'out/b.txt']);
  });

  test('nothing is kept when neither folder holds anything', async () => {
    await using world = await World.create();
    await world.write('recipes/a.txt', 'x');
    const report = await syncThing(world, 'fetch = "a.txt"\nstage = function(ctx) end');
    expect(report).toMatchObject({ exitCode: 0, thing: { status: 'programmatic', path: null } });
  });
});

describe('install_dir is where the asset lives for good', () => {
  test('absolute symbolic links and baked prefixes stay valid', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      'install = [[mkdir bin; echo real > bin/real; ln -s "$PWD/bin/real" bin/link; echo "$FETTLE_INSTALL_DIR" > prefix]]',
    );
    const asset = assetOf(report);
    expect(await readlink(join(asset, 'bin/link'))).toBe(join(asset, 'bin/real'));
    expect(await realpath(join(asset, 'bin/link'))).toBe(await realpath(join(asset, 'bin/real')));
    expect(await readFile(join(asset, 'prefix'), 'utf8')).toBe(`${asset}\n`);
  });

  test('functions see the same place as ctx.install_dir, already in the build', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      `function build(ctx) ctx.write_file("prefix", ctx.install_dir) end
       fetch = "${THING}.lua"
       install = function(ctx) ctx.copy(ctx.stage_dir .. "/prefix", "prefix") end`,
    );
    expect(await readFile(join(assetOf(report), 'prefix'), 'utf8')).toBe(assetOf(report));
  });

  test('the asset is read-only, and the folders of the work are gone', async () => {
    await using world = await World.create();
    await world.write('recipes/a.txt', 'x');
    const report = await syncThing(world, 'fetch = "a.txt"\ninstall = "mkdir -p d && cp $FETTLE_STAGE_DIR/a.txt d/"');
    const entry = await readdir(dirname(assetOf(report)));
    expect(entry.filter((name) => ['stage', 'tmp'].includes(name))).toEqual([]);
    for (const path of ['', 'd', 'd/a.txt']) {
      expect((await lstat(join(assetOf(report), path))).mode & 0o222).toBe(0);
    }
  });
});

describe('a recipe that removes or replaces its own folders', () => {
  test.each([
    ['a script removes', 'install = [[rm -rf "$FETTLE_INSTALL_DIR"]]'],
    ['a script puts a file in the place of', 'install = [[rm -rf "$FETTLE_INSTALL_DIR"; touch "$FETTLE_INSTALL_DIR"]]'],
    [
      'a function removes',
      'function install(ctx) ctx.run("rm -rf $FETTLE_INSTALL_DIR") ctx.mark_install_complete() end',
    ],
  ])('fails when %s install_dir, and nothing is committed', async (_what, install) => {
    await using world = await World.create();
    const report = await syncThing(world, install);
    expect(report).toMatchObject({
      exitCode: 1,
      thing: { status: 'failed', error: { code: 'E_VERB', location: { line: 2 } } },
    });
    expect(await entriesIn(world)).toEqual([]);
  });

  test('fails with a link in the place of install_dir, and what the link leads to stays as it is', async () => {
    await using world = await World.create();
    const precious = await world.write('precious/file', 'x');
    const report = await syncThing(
      world,
      'install = [[rm -rf "$FETTLE_INSTALL_DIR"; ln -s "$FETTLE_PROJECT_DIR/precious" "$FETTLE_INSTALL_DIR"]]',
    );
    expect(report.thing).toMatchObject({ status: 'failed', error: { code: 'E_VERB' } });
    expect((await lstat(precious)).mode & 0o200).toBe(0o200);
    expect(await entriesIn(world)).toEqual([]);
  });

  test('may make install_dir anew', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      'install = [[rm -rf "$FETTLE_INSTALL_DIR"; mkdir ../new; touch ../new/x; mv ../new "$FETTLE_INSTALL_DIR"]]',
    );
    expect(report.thing.error).toBeNull();
    expect(await filesBelow(assetOf(report))).toEqual(['x']);
  });

  test('keeps nothing when a function removes install_dir without the mark, or a build stage_dir', async () => {
    await using world = await World.create();
    const removed = await syncThing(world, 'function install(ctx) ctx.run("rm -rf $FETTLE_INSTALL_DIR") end');
    expect(removed.thing).toMatchObject({ status: 'programmatic', error: null });
    const unstaged = await syncThing(world, `fetch = "${THING}.lua"\nbuild = [[rm -rf "$FETTLE_STAGE_DIR"]]`);
    expect(unstaged.thing).toMatchObject({ status: 'programmatic', error: null });
  });

  test('has what is in stage_dir promoted, although a build removed install_dir', async () => {
    await using world = await World.create();
    const report = await syncThing(world, `fetch = "${THING}.lua"\nbuild = [[rm -rf "$FETTLE_INSTALL_DIR"]]`);
    expect(report.thing.error).toBeNull();
    expect(await filesBelow(assetOf(report))).toEqual([`${THING}.lua`]);
  });
});
