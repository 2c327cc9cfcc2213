import { describe, expect, test } from '@jest/globals';
import { World } from './support/index.js';
import { declareThing, entriesIn, phasesOf, sync, syncThing, SyncReport, THING } from './support/one-package.js';

/** A check that counts its calls in the project and is satisfied by a file there. */
const COUNTING_CHECK = 'check = "echo asked >> checks; test -e there"\n';

/** What was found each time the check was asked. */
function answersOf(report: SyncReport): readonly unknown[] {
  return report.events.filter((event) => event.kind === 'check:result').map((event) => event['satisfied']);
}

describe('how often the check is asked', () => {
  test('twice when the package is installed for the first time, once when it is there', async () => {
    await using world = await World.create();
    const first = await syncThing(world, `${COUNTING_CHECK}install = [[touch "$FETTLE_PROJECT_DIR/there"]]`);
    expect(first).toMatchObject({ exitCode: 0, thing: { status: 'user-managed', path: null, error: null } });
    expect(phasesOf(first)).toEqual(['check', 'check', 'install']);
    expect(await world.read('checks')).toBe('asked\nasked\n');

    const second = await sync(world);
    expect(second).toMatchObject({ exitCode: 0, thing: { status: 'user-managed', path: null } });
    expect(phasesOf(second)).toEqual(['check']);
    expect(await world.read('checks')).toBe('asked\nasked\nasked\n');
  });

  test('a satisfied check takes no lock and leaves no entry', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'check = "true"\ninstall = "exit 1"');
    expect(report.exitCode).toBe(0);
    expect(report.events.filter((event) => event.kind.startsWith('lock:'))).toEqual([]);
    expect(await entriesIn(world)).toEqual([]);
  });

  test('a check that stays unsatisfied has the package installed every time', async () => {
    await using world = await World.create();
    const recipe = 'check = "false"\ninstall = [[echo ran >> "$FETTLE_PROJECT_DIR/installs"]]';
    await syncThing(world, recipe);
    expect(answersOf(await sync(world))).toEqual([false, false]);
    expect(await world.read('installs')).toBe('ran\nran\n');
  });

  test('of two processes at once, the second finds the package there under the lock and skips it', async () => {
    await using world = await World.create();
    const gate = world.gate('install');
    await declareThing(
      world,
      `check = "test -e there"
       install = [[${gate.command}; echo ran >> "$FETTLE_PROJECT_DIR/installs"; touch "$FETTLE_PROJECT_DIR/there"]]`,
    );
    const first = await world.start(['sync', '--json']);
    await gate.arrived();
    const second = await world.start(['sync', '--json']);
    await second.waitFor((event) => event.kind === 'lock:wait');
    gate.open();
    const reports = [new SyncReport(await first.result), new SyncReport(await second.result)];
    expect(reports.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(reports.map(answersOf)).toEqual([
      [false, false],
      [false, true],
    ]);
    expect(phasesOf(reports[1]!)).toEqual(['check', 'check']);
    expect(await world.read('installs')).toBe('ran\n');
  });
});

describe('the answer of a check', () => {
  test.each([
    ['exit 0', true],
    ['exit 1', false],
    ['exit 255', false],
    ['kill -TERM $$', false],
  ])('the script "%s" is satisfied: %s', async (script, satisfied) => {
    await using world = await World.create();
    const report = await syncThing(world, `check = [[${script}]]\ninstall = ":"`);
    expect(report.exitCode).toBe(0);
    expect(answersOf(report)).toEqual(satisfied ? [true] : [false, false]);
  });

  test.each([
    ['true', true],
    ['0', true],
    ['""', true],
    ['{}', true],
    ['"\\255"', true],
    ['function() end', true],
    ['false', false],
    ['nil', false],
  ])('the value %s of a function is satisfied, as Lua has it: %s', async (value, satisfied) => {
    await using world = await World.create();
    const report = await syncThing(world, `function check(ctx) return ${value} end\ninstall = ":"`);
    expect(report.thing.error).toBeNull();
    expect(answersOf(report)).toEqual(satisfied ? [true] : [false, false]);
  });

  test('a function without a return is not satisfied', async () => {
    await using world = await World.create();
    expect(answersOf(await syncThing(world, 'check = function(ctx) end\ninstall = ":"'))).toEqual([false, false]);
  });

  test('a function starts in the project and may run scripts there', async () => {
    await using world = await World.create();
    await world.write('marker', '');
    const report = await syncThing(
      world,
      `function check(ctx)
         return ctx.exists("marker") and ctx.run("pwd", { quiet = true }).stdout == ctx.project_dir .. "\\n"
       end
       install = "exit 1"`,
    );
    expect(answersOf(report)).toEqual([true]);
  });

  test('an error in a function fails the package before anything else runs', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'function check(ctx)\n  error("broken")\nend\ninstall = ":"');
    expect(report.thing).toMatchObject({ status: 'failed', error: { code: 'E_LUA_RUNTIME', location: { line: 3 } } });
    expect(phasesOf(report)).toEqual(['check']);
  });

  test('a check alone is a recipe: what only the user can install', async () => {
    await using world = await World.create();
    expect((await syncThing(world, 'check = "true"')).thing).toMatchObject({ status: 'user-managed', error: null });
  });
});

describe('the workspace of a user-managed package', () => {
  test('is cleared away, downloads too, when its process was killed and nothing is left to do', async () => {
    await using world = await World.create();
    const gate = world.gate('install');
    await world.write('recipes/input.txt', 'downloaded');
    await declareThing(
      world,
      `check = "test -e there"\nfetch = "input.txt"\ninstall = [[touch "$FETTLE_PROJECT_DIR/there"; ${gate.command}]]`,
    );
    const killed = await world.start(['sync']);
    await gate.arrived();
    killed.kill('SIGKILL');
    await killed.result;
    expect(await entriesIn(world)).toContain(`${THING}/fetch/input.txt`);
    expect(await sync(world)).toMatchObject({ exitCode: 0, thing: { status: 'user-managed' } });
    // A folder that tells which number was used may stay.
    expect((await entriesIn(world)).filter((path) => !path.startsWith(`${THING}/attempt-`))).toEqual([]);
    expect((await entriesIn(world)).filter((path) => path.includes('fetch'))).toEqual([]);
  });

  const PHASES = `
    fetch = "input.txt"
    stage = [[cp "$FETTLE_FETCH_DIR/input.txt" .]]
    build = "cp input.txt built"`;

  test('has all phases, and is gone afterwards with its downloads', async () => {
    await using world = await World.create();
    await world.write('recipes/input.txt', 'input');
    const install = 'install = [[cp "$FETTLE_STAGE_DIR/built" "$FETTLE_PROJECT_DIR/there"; touch kept]]';
    const report = await syncThing(world, `${COUNTING_CHECK}${PHASES}\n${install}`);
    expect(report.thing).toMatchObject({ status: 'user-managed', path: null, error: null });
    expect(phasesOf(report)).toEqual(['check', 'check', 'fetch', 'stage', 'build', 'install']);
    expect(await world.read('there')).toBe('input');
    expect(await entriesIn(world)).toEqual([]);
  });

  test('is gone after a failure, too', async () => {
    await using world = await World.create();
    await world.write('recipes/input.txt', 'input');
    const report = await syncThing(world, `${COUNTING_CHECK}${PHASES}\ninstall = "touch half; exit 9"`);
    expect(report).toMatchObject({ exitCode: 1, thing: { status: 'failed', error: { code: 'E_SCRIPT' } } });
    expect(await entriesIn(world)).toEqual([]);
  });

  test('is not there while the check is asked', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      'function check(ctx) return ctx.install_dir == nil and ctx.stage_dir == nil and ctx.fetch_dir == nil end',
    );
    expect(answersOf(report)).toEqual([true]);
  });

  test('commits nothing without an install verb either', async () => {
    await using world = await World.create();
    await world.write('recipes/input.txt', 'input');
    const report = await syncThing(world, 'check = "false"\nfetch = "input.txt"');
    expect(report.thing).toMatchObject({ status: 'user-managed', path: null, error: null });
    expect(await entriesIn(world)).toEqual([]);
  });

  test('an install function that leaves files in install_dir commits nothing', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'check = "false"\nfunction install(ctx) ctx.write_file("x", "") end');
    expect(report.thing).toMatchObject({ status: 'user-managed', path: null, error: null });
    expect(await entriesIn(world)).toEqual([]);
  });
});

describe('a check together with ctx.mark_install_complete()', () => {
  const MARKING = [
    ['called', 'ctx.mark_install_complete()'],
    ['called inside pcall', 'pcall(ctx.mark_install_complete)'],
    [
      'called inside pcall, with files and a script',
      'pcall(ctx.mark_install_complete) ctx.write_file("x", "") return "true"',
    ],
  ] as const;

  test.each(MARKING)('is refused every time when it is %s, and nothing is committed', async (_how, code) => {
    await using world = await World.create();
    await declareThing(world, `check = "test -e never"\nfunction install(ctx) ${code} end`);
    for (const report of [await sync(world), await sync(world)]) {
      expect(report).toMatchObject({
        exitCode: 3,
        thing: { status: 'failed', path: null, error: { code: 'E_CHECK_AND_MARK', location: { line: 3 } } },
      });
      expect(report.thing.error?.hint).toContain('check');
    }
    expect(await entriesIn(world)).toEqual([]);
  });

  test('is not met when the check is satisfied', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'check = "true"\nfunction install(ctx) ctx.mark_install_complete() end');
    expect(report.thing.status).toBe('user-managed');
  });
});

describe('the deploy of a user-managed package', () => {
  test('runs after it was installed, and no more while the check is satisfied', async () => {
    await using world = await World.create();
    const install = 'install = [[touch "$FETTLE_PROJECT_DIR/there"]]';
    const first = await syncThing(world, `${COUNTING_CHECK}${install}\ndeploy = "echo ran >> deploys"`);
    expect(phasesOf(first)).toEqual(['check', 'check', 'install', 'deploy']);
    expect(phasesOf(await sync(world))).toEqual(['check']);
    expect(await world.read('deploys')).toBe('ran\n');
  });
});

describe('a package that depends on a user-managed one', () => {
  test('waits for it, and cannot have its path', async () => {
    await using world = await World.create();
    await world.recipe('local.host@v1', 'check = "test -e there"\ninstall = [[touch "$FETTLE_PROJECT_DIR/there"]]');
    const dependent = (code: string): string =>
      `dependencies = { { recipe = "local.host@v1", source = "local.host@v1.lua" } }\nfunction install(ctx) ${code} end`;
    const waited = await syncThing(
      world,
      dependent('assert(ctx.exists(ctx.project_dir .. "/there")) ctx.write_file("a", "")'),
    );
    expect(waited.thing.status).toBe('installed');
    const asked = await syncThing(world, dependent('ctx.asset("local.host@v1")'));
    expect(asked.thing.error).toMatchObject({ code: 'E_DEPENDENCY', location: { line: 3 } });
    expect(asked.package(THING).path).toBeNull();
  });
});
