import { describe, expect, test } from '@jest/globals';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { World, type CommandResult } from './support/index.js';

const RECIPE = 'install = "touch made"\n';

interface Planned {
  readonly id: string;
  readonly status: string;
  readonly reasons: readonly { readonly kind: string; readonly text: string }[];
}

async function dryRun(world: World, ...more: readonly string[]): Promise<CommandResult> {
  return world.fettle(['sync', '--dry-run', ...more]);
}

async function planOf(world: World): Promise<readonly Planned[]> {
  const { stdout, stderr } = await dryRun(world, '--json');
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { packages: readonly Planned[] }).packages;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

describe('sync --dry-run', () => {
  test('tells what would be made and why, and does nothing', async () => {
    await using world = await World.create();
    await world.recipe('local.base@v1', RECIPE);
    await world.recipe('local.a@v1', `dependencies = { "local.base@v1" }\n${RECIPE}`);
    await world.manifest('packages = { "local.a@v1" }');
    expect((await planOf(world)).map(({ id, status }) => [id, status])).toEqual(
      expect.arrayContaining([
        ['local.a@v1', 'missing'],
        ['local.base@v1', 'missing'],
      ]),
    );
    const { exitCode, stdout } = await dryRun(world);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Nothing was done.')]);
    expect(await isThere(join(world.project, 'fettle.lock'))).toBe(false);
    expect(await isThere(join(world.project, '.fettle', 'environment.json'))).toBe(false);
    expect(await readdir(join(world.cache, 'assets')).catch(() => [])).toEqual([]);
  });

  test('tells one package from another after a change, though a stamp would answer the sync', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', RECIPE);
    await world.recipe('local.b@v1', RECIPE);
    await world.recipe('local.host@v1', 'check = "true"\n');
    await world.manifest('packages = { "local.a@v1", "local.b@v1", "local.host@v1" }');
    expect((await world.fettle(['sync'])).exitCode).toBe(0);
    await world.recipe('local.b@v1', `${RECIPE}-- changed\n`);
    const plan = await planOf(world);
    expect(Object.fromEntries(plan.map(({ id, status }) => [id, status]))).toEqual({
      'local.a@v1': 'cached',
      'local.b@v1': 'missing',
      'local.host@v1': 'user-managed',
    });
    expect(plan.find(({ id }) => id === 'local.b@v1')?.reasons).toMatchObject([{ kind: 'recipe' }]);
  });

  test('fails as the sync would where a recipe cannot be read', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = = 1\n');
    await world.manifest('packages = { "local.a@v1" }');
    const [planned, done] = [await dryRun(world), await world.fettle(['sync'])];
    expect(planned.exitCode).toBe(done.exitCode);
    expect(planned.exitCode).not.toBe(0);
    expect(planned.stdout).toContain('would fail');
  });

  test('tells which private copies would be made and removed, by --link or as the last sync was asked', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', RECIPE);
    await world.recipe('local.b@v1', RECIPE);
    await world.recipe('local.host@v1', 'check = "true"\n');
    await world.manifest('packages = { "local.a@v1", "local.host@v1" }');
    const copies = async (...args: readonly string[]): Promise<unknown> =>
      (JSON.parse((await dryRun(world, '--json', ...args)).stdout) as { copies: unknown }).copies;
    const fresh = { link: 'copy', made: ['local.a@v1'], removed: [] };
    expect([await copies(), await copies('--link', 'copy')]).toEqual([{ link: 'none', made: [], removed: [] }, fresh]);
    expect((await dryRun(world, '--link', 'copy')).stdout).toContain(
      '1 package would be copied into the project (copy): local.a@v1\n',
    );
    expect(await isThere(join(world.project, '.fettle', 'packages'))).toBe(false);

    expect((await world.fettle(['sync', '--link', 'copy'])).exitCode).toBe(0);
    const kept = { link: 'copy', made: [], removed: [] };
    expect([await copies(), await copies('--link', 'copy')]).toEqual([kept, kept]);
    expect((await dryRun(world)).stdout).not.toContain('would be copied');
    expect(await copies('--link', 'hardlink')).toEqual({ link: 'hardlink', made: ['local.a@v1'], removed: [] });
    expect(await copies('--link', 'none')).toEqual({ link: 'none', made: [], removed: ['local.a@v1'] });
    await world.manifest('packages = { "local.b@v1" }');
    expect(await copies()).toEqual({ link: 'copy', made: ['local.b@v1'], removed: ['local.a@v1'] });
    expect((await dryRun(world)).stdout).toContain('1 private copy would be removed: local.a@v1\n');
    expect(await isThere(join(world.project, '.fettle', 'packages', 'local.a@v1'))).toBe(true);
  });

  test('with --locked compares the lock file, and leaves it', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', RECIPE);
    await world.manifest('packages = { "local.a@v1" }');
    expect((await world.fettle(['sync'])).exitCode).toBe(0);
    const before = await world.read('fettle.lock');
    expect((await dryRun(world, '--locked')).exitCode).toBe(0);
    await world.manifest('packages = {}');
    expect((await dryRun(world)).exitCode).toBe(0);
    expect(await world.read('fettle.lock')).toBe(before);
  });
});
