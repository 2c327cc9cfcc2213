import { expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { World } from './support/index.js';

/** A recipe with a program that tells of itself and of GREETING. */
function recipe(program: string, says: string): string {
  return `install = [[mkdir bin; printf '#!/bin/sh\\necho "${says} $GREETING $*"\\n' > bin/${program}; chmod +x bin/${program}]]
    function deploy(ctx) ctx.prepend_path(ctx.install_dir .. "/bin"); ctx.set_env("GREETING", "it's me") end`;
}

async function synced(): Promise<World> {
  const world = await World.create();
  await world.recipe('local.one@v1', recipe('one', 'first'));
  await world.recipe('local.two@v1', recipe('two', 'second'));
  await world.manifest('packages = { "local.one@v1", "local.two@v1" }');
  await sync(world);
  return world;
}

async function sync(world: World): Promise<void> {
  const { exitCode, stderr } = await world.fettle(['sync'], { isTraced: false });
  if (exitCode !== 0) throw new Error(stderr);
}

function launcher(world: World, name: string): string {
  return join(world.project, '.fettle/bin', name);
}

test('a launcher runs its program from anywhere, without any environment', async () => {
  await using world = await synced();
  const options = { cwd: '/', env: {}, encoding: 'utf8' } as const;
  expect(execFileSync(launcher(world, 'one'), ['a', 'b'], options)).toBe("first it's me a b\n");
});

test('launchers follow the manifest', async () => {
  await using world = await synced();
  expect(await readdir(join(world.project, '.fettle/bin'))).toEqual(['one', 'two']);
  await world.recipe('local.two@v1', recipe('three', 'third'));
  await world.manifest('packages = { "local.two@v1" }');
  await sync(world);
  expect(await readdir(join(world.project, '.fettle/bin'))).toEqual(['three']);
});

test('a sync with nothing to do leaves launchers as they are, one that misses one makes it again', async () => {
  await using world = await synced();
  const before = await stat(launcher(world, 'one'), { bigint: true });
  await sync(world);
  expect((await stat(launcher(world, 'one'), { bigint: true })).ctimeNs).toBe(before.ctimeNs);
  await rm(launcher(world, 'two'));
  await sync(world);
  expect(await readdir(join(world.project, '.fettle/bin'))).toEqual(['one', 'two']);
});

test('a launcher whose package has gone from the cache says what to do, and that helps', async () => {
  await using world = await synced();
  await world.fettle(['cache', 'clear']);
  const { status, stderr } = spawnSync(launcher(world, 'one'), { encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    127,
    `fettle: one is not in the cache any more; run "fettle sync" in ${world.project}\n`,
  ]);
  await sync(world);
  expect(execFileSync(launcher(world, 'one'), { encoding: 'utf8' })).toBe("first it's me \n");
});
