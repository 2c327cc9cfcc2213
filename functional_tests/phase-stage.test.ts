import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tarGz, World, zip } from './support/index.js';
import { assetOf, entriesIn, filesBelow, phasesOf, syncThing, THING, type SyncReport } from './support/one-package.js';

const contentOf = (report: SyncReport, file: string): Promise<string> => readFile(join(assetOf(report), file), 'utf8');

async function worldWithSources(): Promise<World> {
  const world = await World.create();
  await world.write('recipes/a.tar.gz', tarGz([{ path: 'a-1/bin/a', content: 'a', mode: 0o755 }]));
  await world.write('recipes/b.zip', zip([{ path: 'b-1/b', content: 'b' }]));
  await world.write('recipes/notes.txt', 'notes');
  return world;
}

const FETCH = 'fetch = { "a.tar.gz", "b.zip", "notes.txt" }\n';
const COPY_STAGE = 'install = [[cp -R "$FETTLE_STAGE_DIR/." .]]';

describe('the forms of stage', () => {
  test('without it every archive is unpacked and every other file is copied', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(world, FETCH);
    expect(await filesBelow(assetOf(report))).toEqual(['a-1/bin/a', 'b-1/b', 'notes.txt']);
    expect(phasesOf(report)).toEqual(['fetch', 'stage']);
  });

  test('a table strips leading folders of the archives, not of the files', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(world, `${FETCH}stage = { strip = 1 }`);
    expect(await filesBelow(assetOf(report))).toEqual(['b', 'bin/a', 'notes.txt']);
  });

  test('an empty table strips nothing', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(world, `${FETCH}stage = {}`);
    expect(await filesBelow(assetOf(report))).toEqual(['a-1/bin/a', 'b-1/b', 'notes.txt']);
  });

  test('stripping more than there is leaves nothing of an archive and is no error', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(world, `${FETCH}stage = { strip = 9 }`);
    expect(await filesBelow(assetOf(report))).toEqual(['notes.txt']);
  });

  test('a script unpacks nothing by itself', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(world, `${FETCH}stage = [[ls "$FETTLE_FETCH_DIR" > list]]`);
    expect(await filesBelow(assetOf(report))).toEqual(['list']);
    expect(await contentOf(report, 'list')).toBe('a.tar.gz\nb.zip\nnotes.txt\n');
  });

  test('a script runs also when nothing was fetched', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'stage = "echo made > here"\ninstall = [[cp "$FETTLE_STAGE_DIR/here" .]]');
    expect(await contentOf(report, 'here')).toBe('made\n');
  });

  test('a function is free to unpack what it wants where it wants', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(
      world,
      `${FETCH}stage = function(ctx)
         assert(ctx.extract("a.tar.gz", { strip = 1, dest = "only" }) == 1)
         assert(ctx.extract("b.zip", { strip = 7 }) == 0)
       end
       ${COPY_STAGE}`,
    );
    expect(await filesBelow(assetOf(report))).toEqual(['only/bin/a']);
  });

  test('a function unpacks everything with extract_all', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(
      world,
      `${FETCH}function stage(ctx) assert(ctx.extract_all({ strip = 1 }) == 2) end\n${COPY_STAGE}`,
    );
    expect(await filesBelow(assetOf(report))).toEqual(['b', 'bin/a']);
  });
});

describe('where staging goes', () => {
  const STAGES: readonly (readonly [name: string, stage: string])[] = [
    ['nil', ''],
    ['a table', 'stage = { strip = 0 }'],
    ['a script', 'stage = [[cp "$FETTLE_FETCH_DIR/notes.txt" . && pwd > cwd]]'],
  ];

  test.each(STAGES)('stage as %s goes straight into install_dir without build and install', async (name, stage) => {
    await using world = await worldWithSources();
    const report = await syncThing(world, `fetch = "notes.txt"\n${stage}`);
    expect(await contentOf(report, 'notes.txt')).toBe('notes');
    if (name === 'a script') expect(await contentOf(report, 'cwd')).toBe(`${assetOf(report)}\n`);
  });

  const WORKERS: readonly (readonly [name: string, verb: string])[] = [
    ['a build script', 'build = "ls > seen"'],
    ['a build function', 'function build(ctx) ctx.run("ls > seen") end'],
    ['an install script', 'install = [[ls "$FETTLE_STAGE_DIR" > seen; cp "$FETTLE_STAGE_DIR"/* .]]'],
    [
      'an install function',
      'function install(ctx) ctx.run("ls $FETTLE_STAGE_DIR > seen; cp $FETTLE_STAGE_DIR/* .") end',
    ],
    ['a build table', 'build = { make = { install = false } }'],
  ];

  for (const [worker, verb] of WORKERS) {
    test.each(STAGES)(`stage as %s goes into stage_dir with ${worker}`, async (_name, stage) => {
      await using world = await worldWithSources();
      await world.write('recipes/Makefile', 'all:\n\tls > seen\n');
      const copied = stage.replace('notes.txt" .', 'notes.txt" "$FETTLE_FETCH_DIR/Makefile" .');
      const report = await syncThing(world, `fetch = { "notes.txt", "Makefile" }\n${copied}\n${verb}`);
      expect(report.thing.error).toBeNull();
      expect(await contentOf(report, 'seen')).toContain('notes.txt\n');
      expect(await contentOf(report, 'notes.txt')).toBe('notes');
    });
  }

  test('a function starts in stage_dir, and what it leaves there becomes the asset', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(
      world,
      'fetch = "notes.txt"\nfunction stage(ctx) ctx.write_file("rel", ctx.stage_dir) ctx.run("pwd > cwd") end',
    );
    const stageDir = await contentOf(report, 'rel');
    expect(await contentOf(report, 'cwd')).toBe(`${stageDir}\n`);
    expect(stageDir).not.toBe(assetOf(report));
  });

  test('the folders are siblings, and the one of the downloads is called fetch', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(
      world,
      `fetch = "notes.txt"
       install = function(ctx)
         local parent = fettle.path.dirname
         assert(parent(ctx.fetch_dir) == parent(ctx.stage_dir) and parent(ctx.stage_dir) == parent(ctx.install_dir))
         ctx.write_file("name", fettle.path.basename(ctx.fetch_dir))
       end`,
    );
    expect(await contentOf(report, 'name')).toBe('fetch');
  });
});

describe('a build', () => {
  test('as a script starts in stage_dir', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(
      world,
      'fetch = "notes.txt"\nbuild = [[test "$PWD" = "$FETTLE_STAGE_DIR"; cp notes.txt made]]',
    );
    expect(await filesBelow(assetOf(report))).toEqual(['made', 'notes.txt']);
  });

  test('as a function may return a script, which runs in stage_dir', async () => {
    await using world = await worldWithSources();
    const report = await syncThing(
      world,
      'fetch = "notes.txt"\nbuild = function(ctx) return "cp notes.txt made\\npwd > cwd" end\ninstall = [[cp "$FETTLE_STAGE_DIR"/* .]]',
    );
    expect(await filesBelow(assetOf(report))).toEqual(['cwd', 'made', 'notes.txt']);
    expect(await contentOf(report, 'cwd')).toMatch(/\/stage\n$/);
  });

  test('that fails stops the package before its install', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'build = "exit 7"\ninstall = [[touch "$FETTLE_PROJECT_DIR/installed"]]');
    expect(phasesOf(report)).toEqual(['build']);
    expect(report.thing.error).toMatchObject({ code: 'E_SCRIPT', location: { line: 2 } });
    expect(await filesBelow(world.project)).not.toContain('installed');
  });

  test('is skipped when the recipe has none', async () => {
    await using world = await worldWithSources();
    expect(phasesOf(await syncThing(world, 'fetch = "notes.txt"\ninstall = ":"'))).toEqual([
      'fetch',
      'stage',
      'install',
    ]);
  });
});

describe('a verb of a form it cannot have', () => {
  test.each([
    ['check', 'check = { "true" }'],
    ['check', 'check = 1'],
    ['check', 'check = true'],
    ['fetch', 'fetch = 7'],
    ['fetch', 'fetch = {}'],
    ['fetch', 'fetch = { sha256 = "" }'],
    ['stage', 'stage = { strip = -1 }'],
    ['stage', 'stage = { strip = 1.5 }'],
    ['stage', 'stage = { stripp = 1 }'],
    ['stage', 'stage = 1'],
    ['build', 'build = { "make" }'],
    ['build', 'build = { bazel = {} }'],
    ['build', 'build = { make = {}, cmake = {} }'],
    ['build', 'build = {}'],
    ['build', 'build = false'],
    ['install', 'install = { "cp" }'],
    ['install', 'install = 0'],
    ['deploy', 'deploy = { paths = { "bin" } }'],
    ['deploy', 'deploy = { path = "bin" }'],
    ['deploy', 'deploy = 3'],
  ])('%s: "%s" is refused when the recipe loads, at its line', async (verb, line) => {
    await using world = await World.create();
    const basis = verb === 'install' ? 'fetch = "x"' : 'install = ":"';
    const report = await syncThing(world, `${basis}\n\n${line}`);
    const file = join(world.project, `recipes/${THING}.lua`);
    expect(report.exitCode).toBe(3);
    expect(report.thing).toMatchObject({
      status: 'failed',
      key: null,
      error: { code: 'E_RECIPE', location: { file, line: 4 } },
    });
    expect(report.thing.error?.message).toContain(verb);
    expect(phasesOf(report)).toEqual([]);
    expect(await entriesIn(world)).toEqual([]);
  });

  test('a recipe needs fetch, install or check', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'build = "true"');
    expect(report).toMatchObject({ exitCode: 3, thing: { error: { code: 'E_RECIPE' } } });
  });
});
