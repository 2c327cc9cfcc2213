import { describe, expect, test } from '@jest/globals';
import { RunReport, World } from './support/index.js';

const touch = `install = "touch f"`;

describe('a failure', () => {
  test('skips those that need it, in turn, and leaves the others alone', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.top@v1", "local.free@v1" }`);
    await world.recipe('local.top@v1', `dependencies = { "local.middle@v1" }; ${touch}`);
    await world.recipe('local.middle@v1', `dependencies = { "local.broken@v1", "local.free@v1" }; ${touch}`);
    await world.recipe('local.broken@v1', `\ninstall = "echo no luck >&2; exit 3"`);
    await world.recipe('local.free@v1', touch);

    const result = await world.fettle(['install', '--json']);
    const report = new RunReport(result);

    expect(report.exitCode).toBe(1);
    expect(report.statuses).toEqual({
      'local.top@v1': 'skipped',
      'local.free@v1': 'installed',
      'local.middle@v1': 'skipped',
      'local.broken@v1': 'failed',
    });
    expect(report.package('local.middle@v1')).toMatchObject({
      reason: 'needs local.broken@v1',
      error: { code: 'E_SKIPPED' },
    });
    expect(report.package('local.top@v1').reason).toBe('needs local.middle@v1');
    expect(report.package('local.broken@v1').error).toMatchObject({ code: 'E_SCRIPT', location: { line: 3 } });
    expect(result.stderr).toMatch(/no luck/);
  });

  test('leaves the phases that do not need the broken package done, but commits nothing', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.top@v1" }`);
    await world.recipe(
      'local.top@v1',
      `dependencies = { { recipe = "local.broken@v1", needed_by = "install" } }; build = "true"; ${touch}`,
    );
    await world.recipe('local.broken@v1', `install = "exit 3"`);
    const report = new RunReport(await world.fettle(['install', '--json']));
    expect(report.package('local.top@v1')).toMatchObject({ status: 'skipped', path: null });
    expect(report.events.some((event) => event.phase === 'install' && event.package?.identity === 'local.top@v1')).toBe(
      false,
    );
  });

  test('an independent branch finishes also when it starts after the failure', async () => {
    await using world = await World.create();
    const gate = world.gate('late');
    await world.manifest(`packages = { "local.broken@v1", "local.free@v1" }`);
    await world.recipe('local.broken@v1', `function fetch(ctx) error("broken") end`);
    await world.recipe('local.free@v1', `function fetch(ctx) ctx.run([[${gate.command}]]) end; ${touch}`);
    const command = await world.start(['install', '--json']);
    await command.waitFor((event) => event.kind === 'package:done' && event['status'] === 'failed');
    gate.open();
    expect(new RunReport(await command.result).statuses).toEqual({
      'local.broken@v1': 'failed',
      'local.free@v1': 'installed',
    });
  });

  test('of a recipe skips those that need it too', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.top@v1" }`);
    await world.recipe('local.top@v1', `dependencies = { "local.broken@v1" }; ${touch}`);
    await world.recipe('local.broken@v1', `this is no Lua`);
    const report = new RunReport(await world.fettle(['install', '--json']));
    expect(report.exitCode).toBe(3);
    expect(report.package('local.broken@v1').error?.code).toBe('E_LUA_SYNTAX');
    expect(report.package('local.top@v1')).toMatchObject({ status: 'skipped', reason: 'needs local.broken@v1' });
  });

  test('that is mended is all that the next run builds, with what needed it', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.top@v1", "local.free@v1" }`);
    await world.recipe('local.top@v1', `dependencies = { "local.broken@v1" }; ${touch}`);
    await world.recipe('local.broken@v1', `install = "exit 3"`);
    await world.recipe('local.free@v1', touch);
    await world.fettle(['install']);
    await world.recipe('local.broken@v1', touch);
    const report = new RunReport(await world.fettle(['install', '--json']));
    expect(report.exitCode).toBe(0);
    expect(report.statuses).toEqual({
      'local.top@v1': 'installed',
      'local.free@v1': 'cached',
      'local.broken@v1': 'installed',
    });
  });
});

describe('--fail-fast', () => {
  test.each([
    ['the flag', ['--fail-fast'], {}],
    ['the environment', [], { FETTLE_FAIL_FAST: '1' }],
  ])('stops what runs at the first failure: %s', async (_name, args, env) => {
    await using world = await World.create();
    const [slow, fails] = [world.gate('slow'), world.gate('fails')];
    await world.manifest(`packages = { "local.broken@v1", "local.slow@v1" }`);
    await world.recipe('local.broken@v1', `function fetch(ctx) ctx.run([[${fails.command}]]) end`);
    await world.recipe('local.slow@v1', `function fetch(ctx) ctx.run([[${slow.command}]]) end; ${touch}`);
    const command = await world.start(['install', '--json', ...args], { env });
    await Promise.all([slow.arrived(), fails.arrived()]);
    fails.turnOneAway();
    await slow.vanished();
    const report = new RunReport(await command.result);
    expect(report.exitCode).toBe(1);
    expect(report.statuses).toEqual({ 'local.broken@v1': 'failed', 'local.slow@v1': 'skipped' });
    expect(report.package('local.slow@v1').reason).toContain('local.broken@v1');
  });
});
