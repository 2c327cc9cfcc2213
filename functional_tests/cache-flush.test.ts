import { expect, test } from '@jest/globals';
import { readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World } from './support/index.js';

test('a run whose packages cannot all be put on the disk says so, and the next one succeeds', async () => {
  await using world = await World.create();
  const made = join(world.cache, 'assets', 'local.a@v1');
  const aside = join(world.root, 'aside');
  await world.recipe('local.a@v1', 'install = "echo a > a"');
  // A link to itself is a folder that is neither there nor gone.
  const breaks = `mv '${made}' '${aside}' && ln -s local.a@v1 '${made}' && echo b > b`;
  await world.recipe('local.b@v1', `dependencies = { "local.a@v1" }\ninstall = [[${breaks}]]`);
  await world.manifest('packages = { "local.a@v1", "local.b@v1" }');
  const { result } = new RunReport(await world.fettle(['sync', '--json']));
  expect([result.exitCode, await readlink(made)]).toEqual([7, 'local.a@v1']);
  expect(result.stdout).toContain('"E_CACHE"');
  expect(result.stderr).not.toContain('SuppressedError');
  await rm(made);
  await rename(aside, made);
  expect((await world.fettle(['sync'])).exitCode).toBe(0);
});
