import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { World } from './world.js';

test('a world runs fettle on its own project and cache, follows its events, and leaves nothing behind', async () => {
  const world = await World.create();
  {
    await using _ended = world;
    const gate = world.gate('install');
    await world.manifest('packages = { "local.tool@v1" }');
    await world.recipe('local.tool@v1', `function install(ctx) ctx.run([[${gate.command}; echo done > made.txt]]) end`);

    const command = await world.start(['install', '--json']);
    await gate.arrived();
    await command.waitFor((event) => event.kind === 'process:start' && event.package?.identity === 'local.tool@v1');
    gate.open();

    const result = await command.result;
    expect({ exitCode: result.exitCode, stderr: result.stderr }).toMatchObject({ exitCode: 0 });
    const { packages } = JSON.parse(result.stdout) as { packages: { status: string; path: string }[] };
    expect(packages.map(({ status }) => status)).toEqual(['installed']);
    expect(packages[0]?.path.startsWith(world.cache)).toBe(true);
    expect(await world.read(`${packages[0]?.path}/made.txt`)).toBe('done\n');
  }
  expect(existsSync(world.root)).toBe(false);
});

test('a command that is killed at a gate tells so, and the next one starts afresh', async () => {
  await using world = await World.create();
  const gate = world.gate('install');
  await world.manifest('packages = { "local.tool@v1" }');
  await world.recipe('local.tool@v1', `function install(ctx) ctx.run([[${gate.command}; echo done > made.txt]]) end`);
  const first = await world.start(['install']);
  await gate.arrived();
  first.kill('SIGKILL');
  expect((await first.result).signal).toBe('SIGKILL');

  const second = await world.start(['install']);
  await gate.arrived(2);
  gate.open();
  expect((await second.result).exitCode).toBe(0);
});
