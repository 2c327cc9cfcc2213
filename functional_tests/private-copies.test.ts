import { describe, expect, test } from '@jest/globals';
import { chmod, lstat, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { World, type CommandOptions, type CommandResult } from './support/index.js';

const A = 'local.a@v1';
const B = 'local.b@v1';

/** Two packages; the second one tells in its environment where both are. */
async function worldOfTwo(): Promise<World> {
  const world = await World.create();
  await world.recipe(
    A,
    `products = { hi = "bin/hi" }
     function install(ctx)
       ctx.write_file("bin/hi", "#!/bin/sh\\necho hi from $0\\n")
       ctx.run([[chmod +x bin/hi; ln -s "$PWD/bin/hi" link]], { cwd = ctx.install_dir })
     end
     function deploy(ctx) ctx.prepend_path(ctx.install_dir .. "/bin") end`,
  );
  await world.recipe(
    B,
    `dependencies = { "${A}" }
     function install(ctx) ctx.write_file("data", "b") end
     function deploy(ctx) ctx.set_env("BOTH", ctx.install_dir .. ":" .. ctx.asset("${A}")) end`,
  );
  await world.manifest(`packages = { "${A}", "${B}" }`);
  return world;
}

const copyOf = (world: World, id: string): string => join(world.project, '.fettle/packages', id, 'asset');

async function sync(world: World, args: readonly string[] = [], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await world.fettle(['sync', ...args], { isTraced: false, ...options });
  expect(result).toMatchObject({ exitCode: 0 });
  return result;
}

async function pathsIn(result: CommandResult): Promise<readonly string[]> {
  return (JSON.parse(result.stdout) as { packages: { path: string }[] }).packages.map(({ path }) => path);
}

async function answer(world: World, ...args: string[]): Promise<string> {
  const result = await world.fettle(args, { isTraced: false });
  expect(result).toMatchObject({ exitCode: 0 });
  return result.stdout.trimEnd();
}

/** Names in the folder of the copies; none where it is not there. */
const names = (world: World): Promise<readonly string[]> =>
  readdir(join(world.project, '.fettle/packages')).catch(() => []);

const stampOf = (world: World): Promise<string> =>
  stat(join(world.project, '.fettle/stamp.json')).then(({ ino, mtimeMs }) => `${ino}:${mtimeMs}`);

describe('a project with private copies', () => {
  test('answers with them everywhere, and the cache is needed for none of it', async () => {
    await using world = await worldOfTwo();
    const result = await sync(world, ['--link', 'hardlink', '--json']);
    expect(await pathsIn(result)).toEqual([copyOf(world, A), copyOf(world, B)]);
    expect(result.stderr).toContain('copied into the project by hard links: 2 packages, 2 files in ');
    expect(await answer(world, 'asset', 'b')).toBe(copyOf(world, B));
    expect(await answer(world, 'product', 'hi')).toBe(join(copyOf(world, A), 'bin/hi'));
    expect(await readlink(join(copyOf(world, A), 'link'))).toBe('bin/hi');
    const env = JSON.parse(await answer(world, 'env', '--shell', 'json')) as Record<string, string>;
    expect(env['BOTH']).toBe(`${copyOf(world, B)}:${copyOf(world, A)}`);
    expect(env['PATH']?.split(':')[0]).toBe(join(copyOf(world, A), 'bin'));
    expect(await world.read('.fettle/bin/hi')).not.toContain(world.cache);

    await chmodAll(world.cache);
    await rm(world.cache, { recursive: true });
    expect(await answer(world, 'run', 'hi')).toBe(`hi from ${copyOf(world, A)}/bin/hi`);
  });

  test('keeps them in later syncs, which have nothing to do, until another mode is asked for', async () => {
    await using world = await worldOfTwo();
    await sync(world, ['--link', 'hardlink']);
    await sync(world);
    const stamp = await stampOf(world);
    const again = await sync(world, ['--json']);
    expect(await pathsIn(again)).toEqual([copyOf(world, A), copyOf(world, B)]);
    expect(await stampOf(world)).toBe(stamp);
    await sync(world, [], { env: { FETTLE_LINK: 'hardlink' } });
    expect(await stampOf(world)).toBe(stamp);

    await sync(world, [], { env: { FETTLE_LINK: 'copy' } });
    expect((await stat(join(copyOf(world, B), 'data'))).nlink).toBe(1);
    const none = await sync(world, ['--link', 'none', '--json'], { env: { FETTLE_LINK: 'copy' } });
    for (const path of await pathsIn(none)) expect(path.startsWith(world.cache)).toBe(true);
    expect(await names(world)).toEqual([]);
    expect(await answer(world, 'run', 'hi')).toContain(`hi from ${world.cache}`);
    // What deploy said was remembered with the paths of copies, and is told with those of the cache.
    expect(await answer(world, 'env', '--shell', 'json')).not.toContain('.fettle/packages');
  });

  test('gets back what was removed from it', async () => {
    await using world = await worldOfTwo();
    await sync(world, ['--link', 'copy']);
    await sync(world);
    await rm(copyOf(world, B), { recursive: true });
    await sync(world);
    expect(await world.read(join(copyOf(world, B), 'data'))).toBe('b');
  });

  test('loses the copy of a package that leaves the manifest, and gets that of a changed recipe', async () => {
    await using world = await worldOfTwo();
    await sync(world, ['--link', 'hardlink']);
    await world.manifest(`packages = { "${A}" }`);
    await world.recipe(A, 'function install(ctx) ctx.write_file("new", "1") end');
    await sync(world);
    expect(await names(world)).toEqual([A]);
    expect(await readdir(copyOf(world, A))).toEqual(['new']);
  });

  test('has them also after install, which asks for no other mode', async () => {
    await using world = await worldOfTwo();
    await sync(world, ['--link', 'hardlink']);
    await rm(join(world.project, '.fettle/packages'), { recursive: true });
    await world.fettle(['install', 'b'], { env: { FETTLE_LINK: 'none' } });
    expect(await names(world)).toContain(B);
    expect(await answer(world, 'asset', 'a')).toBe(copyOf(world, A));
    expect(await world.read(join(copyOf(world, A), 'bin/hi'))).toContain('echo hi');
  });

  test('never harms the cache: what writes into a copy fails or stays in the project', async () => {
    await using world = await worldOfTwo();
    await sync(world, ['--link', 'copy']);
    await writeFile(join(copyOf(world, B), 'data'), 'changed');
    await sync(world, ['--link', 'hardlink']);
    await writeFile(join(copyOf(world, B), 'added'), 'x');
    expect((await lstat(join(copyOf(world, B), 'data'))).mode & 0o222).toBe(0);
    await rm(join(copyOf(world, B), 'data'));
    expect((await world.fettle(['cache', 'verify'])).exitCode).toBe(0);
    // A hard link is the file of the cache: a mode that is changed here is changed there, and verify tells.
    await chmod(join(copyOf(world, A), 'bin/hi'), 0o755);
    expect((await world.fettle(['cache', 'verify'])).exitCode).toBe(4);
  });
});

describe('a mode that cannot be had', () => {
  test.each([
    [['--link', 'symlink'], {}],
    [[], { FETTLE_LINK: 'symlink' }],
  ])('%p %p is a mistake of usage, and nothing is done', async (args, env) => {
    await using world = await worldOfTwo();
    const result = await world.fettle(['sync', '--json', ...args], { env });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('hardlink');
    expect(await names(world)).toEqual([]);
  });

  test('leaves the project as it was', async () => {
    await using world = await worldOfTwo();
    await sync(world);
    const before = await world.read('.fettle/environment.json');
    await world.write('.fettle/packages', 'in the way');
    const result = await world.fettle(['sync', '--json', '--link', 'auto'], { isTraced: false });
    expect(result.exitCode).toBe(7);
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'E_LINK' } });
    expect(await world.read('.fettle/environment.json')).toBe(before);
    await sync(world);
    expect(await answer(world, 'run', 'hi')).toContain(world.cache);
  });
});

describe('a sync that is ended while it copies', () => {
  /** Does something to this process before its `count`-th call below `.fettle/packages`. */
  const AT_CALL = `
    const fs = require('node:fs');
    let left = Number(process.env.AT_CALL);
    for (const name of ['linkSync', 'mkdirSync', 'renameSync', 'symlinkSync', 'writeFileSync', 'rmSync', 'rmdirSync']) {
      const original = fs[name];
      fs[name] = (...parameters) => {
        const isCopy = parameters.some((each) => typeof each === 'string' && each.includes('.fettle/packages'));
        if (isCopy && (left -= 1) === 0) process.kill(process.pid, process.env.AT_CALL_SIGNAL);
        return original(...parameters);
      };
    }`;

  async function syncUntil(
    world: World,
    call: number,
    signal: NodeJS.Signals,
    mode = 'hardlink',
  ): Promise<CommandResult> {
    const file = await world.write('at-call.cjs', AT_CALL);
    const env = { NODE_OPTIONS: `--require ${file}`, AT_CALL: String(call), AT_CALL_SIGNAL: signal };
    return world.fettle(['sync', '--link', mode], { env, isTraced: false });
  }

  test('by a kill before any call leaves the old state or the new one, and the next sync ends it', async () => {
    await using world = await worldOfTwo();
    await sync(world, ['--link', 'copy']);
    let kills = 0;
    for (let call = 1; ; call += 1) {
      const result = await syncUntil(world, call, 'SIGKILL');
      // A name stands for a whole copy or for nothing.
      for (const id of (await names(world)).filter((name) => !name.startsWith('.'))) {
        const whole = id === A ? ['bin', 'link'] : ['data'];
        expect((await readdir(copyOf(world, id))).sort()).toEqual(whole);
      }
      await sync(world, ['--link', call % 2 === 0 ? 'copy' : 'hardlink']);
      expect([...(await names(world))].sort()).toEqual([A, B]);
      expect(await answer(world, 'run', 'hi')).toBe(`hi from ${copyOf(world, A)}/bin/hi`);
      if (result.exitCode === 0) break;
      kills += 1;
      await sync(world, ['--link', 'copy']);
    }
    expect(kills).toBeGreaterThan(8);
  }, 240_000);

  test('by Ctrl-C ends with 130, the old copies in place and no draft', async () => {
    await using world = await World.create();
    await world.recipe(A, 'function install(ctx) for i = 1, 900 do ctx.write_file("f" .. i, "x") end end');
    await world.manifest(`packages = { "${A}" }`);
    await sync(world, ['--link', 'copy']);
    const before = await world.read('.fettle/environment.json');
    const result = await syncUntil(world, 100, 'SIGINT');
    expect(result.exitCode).toBe(130);
    expect(result.stderr).toContain('E_INTERRUPTED');
    expect(await names(world)).toEqual([A]);
    expect((await stat(join(copyOf(world, A), 'f1'))).nlink).toBe(1);
    expect(await world.read('.fettle/environment.json')).toBe(before);
    await sync(world, ['--link', 'hardlink']);
    expect((await stat(join(copyOf(world, A), 'f900'))).nlink).toBe(2);
  });

  test('two at once end with whole copies', async () => {
    await using world = await worldOfTwo();
    await sync(world);
    const both = await Promise.all(
      ['hardlink', 'copy', 'hardlink'].map((mode) => world.fettle(['sync', '--link', mode])),
    );
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect([...(await names(world))].sort()).toEqual([A, B]);
    expect(await readFile(join(copyOf(world, B), 'data'), 'utf8')).toBe('b');
    expect(await answer(world, 'run', 'hi')).toBe(`hi from ${copyOf(world, A)}/bin/hi`);
  });
});

async function chmodAll(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await chmodAll(join(path, name));
}
