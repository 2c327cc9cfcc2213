import { describe, expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World } from './support/index.js';

const COMMANDS = [
  ...[
    'sync',
    'install',
    'asset',
    'product',
    'list',
    'env',
    'run',
    'cache',
    'fetch',
    'extract',
    'hash',
    'lua',
    'version',
  ],
  ...['cache dir', 'cache size', 'cache clear'],
];

const ESCAPE = '\u001b';

async function projectWith(recipe: string): Promise<World> {
  const world = await World.create();
  await world.recipe('local.a@v1', recipe);
  await world.manifest('packages = { "local.a@v1" }');
  return world;
}

describe('help', () => {
  test.each(COMMANDS)('of %s is on stdout and has an example', async (command) => {
    await using world = await World.create();
    const { exitCode, stdout, stderr } = await world.fettle([...command.split(' '), '--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: fettle ${command} `);
    expect(stdout).toMatch(new RegExp(`Example:\\n.*fettle ${command}`));
  });

  test('of fettle lists every command', async () => {
    await using world = await World.create();
    const { stdout } = await world.fettle(['--help']);
    for (const command of COMMANDS.filter((each) => !each.includes(' '))) expect(stdout).toContain(`\n  ${command} `);
    expect(stdout.indexOf('\n  sync ')).toBeLessThan(stdout.indexOf('\nGlobal options:'));
  });
});

describe('a command line that is not understood ends with 2', () => {
  test.each([
    [['synk'], 'Did you mean "sync"?'],
    [['cache', 'siz'], 'Did you mean "size"?'],
    [['sync', '--jsn'], 'Did you mean "--json"?'],
    [['sync', 'extra'], 'too many arguments'],
    [['asset'], "missing required argument 'identity'"],
    [['run'], "missing required argument 'command'"],
    [['sync', '--jobs', '0'], 'Expected a whole number of at least 1.'],
    [['sync', '-j', '1.5'], 'Expected a whole number of at least 1.'],
    [['sync', '--lock-timeout', 'soon'], 'Expected a number of seconds.'],
    [['sync', '--reporter', 'jsno'], 'Did you mean "json"?'],
    [['sync', '--offlin'], 'Did you mean "--offline"?'],
    [['env', '--shell', 'bsh'], 'Did you mean "bash" or "zsh"?'],
    [['completion', 'fsih'], 'Did you mean "fish"?'],
    [['frobnicate'], 'Read "fettle --help".'],
    [['cache', 'frobnicate'], 'Read "fettle cache --help".'],
    [['sync', '--color', 'red'], 'Allowed choices are auto, always, never.'],
    [['extract', 'a.zip', '--strip', '-1'], 'Expected a whole number of at least 0.'],
    [['-C', 'nowhere', 'sync'], '-C: there is no folder'],
    [[], 'Usage: fettle'],
  ])('%j', async (args, told) => {
    await using world = await World.create();
    const { exitCode, stdout, stderr } = await world.fettle(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(told);
    if (args.length > 0)
      expect(stderr).toMatch(/^error\[E_USAGE\]: .*\n[^]*  hint: .*\n  more: fettle explain E_USAGE\n$/);
  });

  test('and is told as JSON and as an event where these are asked for', async () => {
    await using world = await World.create();
    const { exitCode, stdout, stderr } = await world.fettle(['--reporter', 'json', 'sync', '--json', '--nope']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ packages: [], error: { code: 'E_USAGE', hint: expect.any(String) } });
    expect(JSON.parse(stderr)).toMatchObject({ kind: 'error', error: { code: 'E_USAGE' } });
  });

  test.each([
    ['FETTLE_JOBS', 'many'],
    ['FETTLE_PACKAGES', '-1'],
    ['FETTLE_LOCK_TIMEOUT', 'x'],
    ['FETTLE_STALE_LOCK', '1.9'],
    ['FETTLE_REPORTER', 'loud'],
    ['FETTLE_COLOR', 'blue'],
  ])('%s=%s', async (name, value) => {
    await using world = await projectWith('install = ""');
    const { exitCode, stderr } = await world.fettle(['sync'], { env: { [name]: value } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${name}: `);
  });
});

describe('where fettle works', () => {
  test('-C moves it, the cache root and the manifest are relative to that', async () => {
    await using world = await projectWith('install = "touch x"');
    await mkdir(join(world.project, 'sub'));
    const args = ['-C', 'sub', '--manifest', '../fettle.lua', '--cache-root', 'kept', 'sync', '--json'];
    const report = new RunReport(await world.fettle(args, { useCache: false }));
    expect(report.package('local.a@v1').path).toContain(join(world.project, 'sub', 'kept', 'assets'));
  });

  test('FETTLE_MANIFEST and FETTLE_CACHE_ROOT do the same, and a flag wins', async () => {
    await using world = await projectWith('install = "touch x"');
    const env = { FETTLE_MANIFEST: join(world.project, 'fettle.lua'), FETTLE_CACHE_ROOT: join(world.root, 'other') };
    const moved = await world.fettle(['cache', 'dir'], { useCache: false, env });
    expect(moved.stdout).toBe(`${join(world.root, 'other')}\n`);
    expect((await world.fettle(['cache', 'dir'], { env })).stdout).toBe(`${world.cache}\n`);
    expect((await world.fettle(['sync'], { cwd: world.home, env })).exitCode).toBe(0);
  });

  test('XDG_CACHE_HOME, else the home folder, holds the cache', async () => {
    await using world = await World.create();
    const options = { useCache: false, env: { XDG_CACHE_HOME: '/x' } };
    if (process.platform === 'linux') {
      expect((await world.fettle(['cache', 'dir'], options)).stdout).toBe('/x/fettle\n');
      expect((await world.fettle(['cache', 'dir'], { useCache: false })).stdout).toBe(`${world.home}/.cache/fettle\n`);
    }
  });

  test('the nearest fettle.lua above counts, and global options may stand before and after the command', async () => {
    await using world = await projectWith('install = "touch x"');
    const cwd = join(world.project, 'a', 'b');
    await mkdir(cwd, { recursive: true });
    expect((await world.fettle(['-q', 'sync'], { cwd })).exitCode).toBe(0);
    expect((await world.fettle(['sync', '-q', '-j', '1'], { cwd })).exitCode).toBe(0);
  });
});

describe('what is told where', () => {
  const NOISY = 'install = "echo from the script; echo oops >&2; touch x"';

  test('stdout holds only what machines read', async () => {
    await using world = await projectWith(`print("hello")\n${NOISY}`);
    const plain = await world.fettle(['sync', '-v']);
    expect(plain.stdout).toBe('');
    for (const line of ['hello', 'from the script', 'oops']) expect(plain.stderr).toContain(line);
  });

  test('the output of scripts is shown with -v only', async () => {
    await using world = await projectWith(NOISY);
    const { stderr } = await world.fettle(['sync']);
    expect(stderr).toContain('local.a@v1');
    expect(stderr).not.toContain('from the script');
  });

  test('-q and FETTLE_QUIET tell failures only', async () => {
    await using world = await projectWith(NOISY);
    expect((await world.fettle(['sync', '-q'])).stderr).toBe('');
    await world.recipe('local.a@v1', 'install = "echo why; exit 3"');
    const failed = await world.fettle(['sync'], { env: { FETTLE_QUIET: '1' } });
    expect(failed.stderr).toContain('error[E_SCRIPT]');
    expect(failed.stderr).toContain('why');
  });

  test.each([
    ['no terminal', {}, [], false],
    ['NO_COLOR', { NO_COLOR: '1', FORCE_COLOR: undefined }, [], false],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, [], true],
    ['CLICOLOR_FORCE', { CLICOLOR_FORCE: '1' }, [], true],
    ['--color always', {}, ['--color', 'always'], true],
    ['--color never', { FORCE_COLOR: '1' }, ['--color', 'never'], false],
  ])('%s decides on colours', async (_what, env, args, isColoured) => {
    await using world = await projectWith('install = "exit 1"');
    const { stdout, stderr } = await world.fettle([...args, 'sync', '--json'], { env });
    expect(stderr.includes(ESCAPE)).toBe(isColoured);
    expect(stdout).not.toContain(ESCAPE);
  });

  test('--events holds every event as a line of JSON, from the start to the end of the run', async () => {
    await using world = await projectWith(NOISY);
    const file = join(world.project, 'events.jsonl');
    await world.fettle(['sync'], { env: { FETTLE_EVENTS: file }, isTraced: false });
    await world.fettle(['--events', 'events.jsonl', 'sync'], { isTraced: false });
    const events = (await world.read(file))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(events[0]).toMatchObject({ kind: 'run:start', command: 'sync', packages: 1, time: expect.any(Number) });
    expect(events.at(-1)).toMatchObject({ kind: 'run:end', ok: true });
    expect(events.map(({ kind }) => kind)).toContain('cache:hit');
  });

  test.each([
    ['--trace', 'the trace file cannot be written'],
    ['--events', 'the file of the events cannot be written'],
  ])('%s into a folder that is not there is a usage error', async (flag, message) => {
    await using world = await projectWith(NOISY);
    const { exitCode, stderr } = await world.fettle(['sync', flag, 'no/such/folder/t']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
