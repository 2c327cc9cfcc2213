import { describe, expect, test } from '@jest/globals';
import { RunReport, World, type Gate, type TraceEvent } from './support/index.js';

const IDENTITIES = ['local.a@v1', 'local.b@v1', 'local.c@v1'] as const;

async function worldWith(recipe: (identity: string) => string): Promise<World> {
  const world = await World.create();
  await world.manifest(`packages = { ${IDENTITIES.map((identity) => `"${identity}"`).join(', ')} }`);
  for (const identity of IDENTITIES) await world.recipe(identity, recipe(identity));
  return world;
}

/** The greatest sum of `size` over all that was between its start and its end at one time. */
function peak(events: readonly TraceEvent[], kind: string, size: (event: TraceEvent) => number): number {
  let [now, most] = [0, 0];
  const open = new Map<string, number>();
  for (const event of events) {
    const id = `${event.package?.id} ${event.phase}`;
    if (event.kind === `${kind}:start`) {
      open.set(id, size(event));
      now += size(event);
      most = Math.max(most, now);
    } else if (event.kind === `${kind}:end`) {
      now -= open.get(id) ?? 0;
      open.delete(id);
    }
  }
  return most;
}

describe('--jobs', () => {
  test.each([
    ['the flag', ['--jobs', '3'], {}],
    ['the environment', [], { FETTLE_JOBS: '3' }],
    ['the flag rather than the environment', ['-j', '3'], { FETTLE_JOBS: '7' }],
  ])('says how many cores a package may use: %s', async (_name, args, env) => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1" }`);
    await world.recipe(
      'local.a@v1',
      `function install(ctx) print(ctx.jobs, ctx.run("echo $FETTLE_JOBS").stdout) ctx.write_file("f", "") end`,
    );
    const report = new RunReport(await world.fettle(['install', '--json', ...args], { env }));
    expect(report.printed).toEqual(['3\t3\n']);
  });

  test('scripts that run at once share the cores, and never hold more than there are', async () => {
    await using world = await worldWith(
      () => `function install(ctx) ctx.run("true") ctx.write_file("cores", "" .. ctx.jobs) end`,
    );
    const report = new RunReport(await world.fettle(['install', '--json', '--jobs', '2']));
    expect(report.exitCode).toBe(0);
    const granted = new Map<string, number>();
    for (const { identity, path } of report.packages) granted.set(identity, Number(await world.read(`${path}/cores`)));
    expect([...granted.values()].every((cores) => cores >= 1 && cores <= 2)).toBe(true);
    const held = peak(report.events, 'process', (event) => granted.get(event.package?.identity ?? '') ?? 0);
    expect(held).toBeLessThanOrEqual(2);
  });

  test('one core means one script at a time, however many packages are ready', async () => {
    await using world = await World.create();
    const gate = world.gate('one');
    await world.manifest(`packages = { ${IDENTITIES.map((identity) => `"${identity}"`).join(', ')} }`);
    for (const identity of IDENTITIES) await world.recipe(identity, `install = [[${gate.command}; touch f]]`);
    const command = await world.start(['install', '--json', '--jobs', '1']);
    for (const identity of IDENTITIES) {
      await command.waitFor(
        (event) => event.kind === 'phase:start' && event.phase === 'install' && event.package?.identity === identity,
      );
    }
    for (let turn = 1; turn <= IDENTITIES.length; turn += 1) {
      await gate.arrived(turn);
      expect(gate.arrivals).toBe(turn);
      gate.letOneThrough();
    }
    const report = new RunReport(await command.result);
    expect(report.exitCode).toBe(0);
    expect(peak(report.events, 'process', () => 1)).toBe(1);
  });

  test('anything but a whole number above 0 is refused', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}');
    for (const jobs of ['0', '-1', '1.5', 'many', '']) {
      expect((await world.fettle(['install', `--jobs=${jobs}`])).exitCode).toBe(2);
    }
  });
});

describe('--packages', () => {
  test('one package at a time means that no two phases overlap', async () => {
    await using world = await worldWith(() => `build = "true"; install = "touch f"`);
    const report = new RunReport(await world.fettle(['install', '--json', '--packages', '1']));
    expect(report.exitCode).toBe(0);
    expect(peak(report.events, 'phase', () => 1)).toBe(1);
  });

  test('a package that waits for another one takes no place, so the smallest limits do not block', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1" }`);
    await world.recipe(
      'local.a@v1',
      `dependencies = { { recipe = "local.b@v1", needed_by = "install" } }; build = "true"; install = "touch f"`,
    );
    await world.recipe(
      'local.b@v1',
      `dependencies = { { recipe = "local.c@v1", needed_by = "install" } }; build = "true"; install = "touch f"`,
    );
    await world.recipe('local.c@v1', `build = "true"; install = "touch f"`);
    const report = new RunReport(await world.fettle(['install', '--json', '-p', '1', '-j', '1']));
    expect(report.exitCode).toBe(0);
    expect(peak(report.events, 'phase', () => 1)).toBe(1);
  });
});

describe('several recipes in one process', () => {
  test('are interleaved wherever they wait, and do not see each other', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1", "local.b@v1" }`);
    const [a1, a2, b1, b2] = [world.gate('a1'), world.gate('a2'), world.gate('b1'), world.gate('b2')];
    const recipe = (first: Gate, second: Gate): string => `
      count = 0
      function fetch(ctx)
        count = count + 1
        ctx.run([[${first.command}]])
        count = count + 1
        shared = (shared or "") .. ctx.identity
        ctx.run([[${second.command}]])
        ctx.write_file("r", count .. " " .. shared)
        ctx.commit_fetch("r")
      end`;
    await world.recipe('local.a@v1', recipe(a1, a2));
    await world.recipe('local.b@v1', recipe(b1, b2));
    const command = await world.start(['install', '--json', '--jobs', '2']);
    await Promise.all([a1.arrived(), b1.arrived()]);
    b1.open();
    await b2.arrived();
    a1.open();
    await a2.arrived();
    b2.open();
    await command.waitFor((event) => event.kind === 'package:done' && event.package?.identity === 'local.b@v1');
    a2.open();
    const report = new RunReport(await command.result);
    expect(report.position('package:done', 'local.b@v1')).toBeLessThan(report.position('package:done', 'local.a@v1'));
    for (const identity of ['local.a@v1', 'local.b@v1']) {
      expect(await world.read(`${report.package(identity).path}/r`)).toBe(`2 ${identity}`);
    }
  });
});
