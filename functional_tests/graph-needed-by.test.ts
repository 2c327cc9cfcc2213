import { describe, expect, test } from '@jest/globals';
import { RunReport, World, type EventTest } from './support/index.js';

const PARENT = 'local.parent@v1';
const BASE = 'local.base@v1';

const ofParent =
  (kind: string, phase?: string): EventTest =>
  (event) =>
    event.kind === kind && event.package?.identity === PARENT && (phase === undefined || event.phase === phase);

/** The base stands at its gate, in a phase that holds no cores, until the test has seen how far the parent comes. */
async function worldWithBase(): Promise<World> {
  const world = await World.create();
  await world.manifest(`packages = { "${PARENT}" }`);
  await world.recipe(
    BASE,
    `function fetch(ctx) ctx.run([[${world.gate('base').command}]]) end
     install = "touch base"
     function deploy(ctx) ctx.set_env("BASE", "deployed") end`,
  );
  return world;
}

async function runUntil(world: World, reached: EventTest): Promise<RunReport> {
  const command = await world.start(['install', '--json', '--jobs', '4']);
  await world.gate('base').arrived();
  await command.waitFor(reached);
  world.gate('base').open();
  return new RunReport(await command.result);
}

describe('needed_by', () => {
  const allVerbs = `
    function check(ctx) return false end
    function fetch(ctx) end
    function stage(ctx) end
    function build(ctx) end
    function install(ctx) end
    function deploy(ctx) end`;
  const cases = [
    ['check', 'recipe_fetch'],
    ['fetch', 'check'],
    ['stage', 'fetch'],
    ['build', 'stage'],
    ['install', 'build'],
    ['deploy', 'install'],
  ] as const;

  test.each(cases)('%s: the dependency is wholly complete before it, while %s overlaps', async (phase, before) => {
    await using world = await worldWithBase();
    await world.recipe(PARENT, `dependencies = { { recipe = "${BASE}", needed_by = "${phase}" } } ${allVerbs}`);

    const report = await runUntil(world, ofParent('phase:end', before));

    expect(report.statuses).toEqual({ [PARENT]: 'user-managed', [BASE]: 'installed' });
    const baseDone = report.position('package:done', BASE);
    expect(report.position('phase:end', PARENT, before)).toBeLessThan(report.position('phase:start', BASE, 'deploy'));
    expect(baseDone).toBeLessThan(report.position('phase:start', PARENT, phase));
  });

  test('a phase waits also for what an earlier phase needs, in whatever order it is declared', async () => {
    await using world = await worldWithBase();
    await world.recipe('local.late@v1', `install = "touch late"`);
    await world.recipe(
      PARENT,
      `dependencies = {
         { recipe = "local.late@v1", needed_by = "install" },
         { recipe = "${BASE}", needed_by = "build" },
       }
       function fetch(ctx) end
       build = "true"
       function install(ctx) ctx.write_file("paths", ctx.asset("base") .. "\\n" .. ctx.asset("late")) end`,
    );
    const report = await runUntil(world, ofParent('phase:end', 'fetch'));
    expect(report.exitCode).toBe(0);
    expect(report.position('package:done', BASE)).toBeLessThan(report.position('phase:start', PARENT, 'build'));
  });

  test('an unknown phase is refused with the phases there are', async () => {
    await using world = await worldWithBase();
    await world.recipe(PARENT, `\ndependencies = { { recipe = "${BASE}", needed_by = "bild" } }\ninstall = "true"`);
    const report = new RunReport(await world.fettle(['install', '--json']));
    expect(report.exitCode).toBe(3);
    const { error } = report.package(PARENT);
    expect(error).toMatchObject({ code: 'E_RECIPE', location: { line: 3 } });
    expect(`${error?.message} ${error?.hint}`).toMatch(/bild.*build/);
  });
});

describe('without needed_by', () => {
  const verbs = [
    ['a check script', 'check', 'check = "false"; install = "true"', 'recipe_fetch'],
    ['a fetch function', 'fetch', 'function fetch(ctx) end; install = "touch f"', 'recipe_fetch'],
    ['a stage script', 'stage', 'stage = "touch f"; install = "touch g"', 'recipe_fetch'],
    ['a build script', 'build', 'build = "touch f"; install = "touch g"', 'recipe_fetch'],
    ['an install function', 'install', 'function install(ctx) ctx.write_file("f", "") end', 'recipe_fetch'],
    ['a deploy function', 'deploy', 'fetch = "SOURCE"; function deploy(ctx) end', 'stage'],
  ] as const;

  test.each(verbs)('%s waits for the dependency', async (_name, phase, verb, before) => {
    await using world = await worldWithBase();
    const source = world.server.serve('/source', 'a file');
    await world.recipe(PARENT, `dependencies = { "${BASE}" }; ${verb.replace('SOURCE', source)}`);
    const report = await runUntil(world, ofParent('phase:end', before));
    expect(report.exitCode).toBe(0);
    expect(report.position('package:done', BASE)).toBeLessThan(report.position('phase:start', PARENT, phase));
  });

  test('a declared download does not wait, the build does', async () => {
    await using world = await worldWithBase();
    const source = world.server.serve('/source.txt', 'a file');
    await world.recipe(
      PARENT,
      `dependencies = { "${BASE}" }; fetch = "${source}"; build = "true"; install = "cp ../stage/source.txt ."`,
    );
    const report = await runUntil(world, ofParent('download:end'));
    expect(report.exitCode).toBe(0);
    const baseDone = report.position('package:done', BASE);
    expect(report.position('download:end', PARENT)).toBeLessThan(baseDone);
    expect(baseDone).toBeLessThan(report.position('phase:start', PARENT, 'build'));
  });

  test('the cache look-up does not wait', async () => {
    await using world = await worldWithBase();
    await world.recipe(PARENT, `dependencies = { "${BASE}" }; build = "true"; install = "touch f"`);
    const report = await runUntil(world, ofParent('cache:miss'));
    expect(report.position('cache:miss', PARENT)).toBeLessThan(report.position('package:done', BASE));
  });
});
