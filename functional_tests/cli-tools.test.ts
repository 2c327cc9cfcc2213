import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tarGz, World, zip } from './support/index.js';

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

const TREE = [
  { path: 'kit/bin/tool', content: 'tool', mode: 0o755 },
  { path: 'kit/notes', content: 'notes' },
];

describe('version', () => {
  test('is that of the package, as text and as JSON', async () => {
    await using world = await World.create();
    const { version } = JSON.parse(await world.read(new URL('../package.json', import.meta.url).pathname)) as {
      version: string;
    };
    expect((await world.fettle(['version'])).stdout).toBe(`${version}\n`);
    const json = JSON.parse((await world.fettle(['version', '--json'])).stdout) as object;
    expect(json).toMatchObject({ version, node: process.versions.node });
  });
});

describe('hash', () => {
  test('of one file is the digest, of several in the format of sha256sum', async () => {
    await using world = await World.create();
    await world.write('a', 'alpha');
    await world.write('b c', '');
    expect((await world.fettle(['hash', 'a'])).stdout).toBe(`${sha256('alpha')}\n`);
    expect((await world.fettle(['hash', 'a', 'b c'])).stdout).toBe(`${sha256('alpha')}  a\n${sha256('')}  b c\n`);
  });

  test('of what is no file is an error', async () => {
    await using world = await World.create();
    for (const [name, problem] of [
      ['gone', 'there is no file'],
      ['.git', 'is not a file'],
    ] as const) {
      const { exitCode, stdout, stderr } = await world.fettle(['hash', name]);
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toContain(problem);
    }
  });
});

describe('fetch', () => {
  test('prints the path of what came, and verifies it', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit%20a.txt', 'data');
    const { exitCode, stdout } = await world.fettle(['fetch', url, '--sha256', sha256('data')]);
    expect([exitCode, stdout]).toEqual([0, `${world.project}/kit a.txt\n`]);
    expect(await world.read('kit a.txt')).toBe('data');
  });

  test('takes a file name, or a folder for the file to go into', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.txt', 'data');
    expect((await world.fettle(['fetch', url, 'named'])).stdout).toBe(`${world.project}/named\n`);
    expect((await world.fettle(['fetch', url, 'new/folder/'])).stdout).toBe(`${world.project}/new/folder/kit.txt\n`);
  });

  test('leaves what was there before, and nothing else, when it fails', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.txt', 'evil');
    await world.write('kit.txt', 'before');
    const { exitCode, stdout, stderr } = await world.fettle(['fetch', url, '--sha256', sha256('good')]);
    expect([exitCode, stdout]).toEqual([4, '']);
    expect(stderr).toContain('E_CHECKSUM');
    expect(await world.read('kit.txt')).toBe('before');
    expect(await readdir(world.project)).toEqual(['.git', 'kit.txt']);
  });

  test.each([
    [['--sha256', 'abc'], 3, 'E_INTEGRITY_SPEC'],
    [['--offline'], 5, 'E_OFFLINE'],
    [[], 5, 'E_FETCH'],
  ])('with %j of what is not there ends with %i', async (args, exitCode, code) => {
    await using world = await World.create();
    const result = await world.fettle(['fetch', `${world.server.origin}/gone`, ...args]);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain(`error[${code}]`);
  });
});

describe('extract', () => {
  test.each([
    ['kit.tar.gz', tarGz(TREE)],
    ['kit.zip', zip(TREE)],
  ])('%s, with leading folders dropped', async (name, content) => {
    await using world = await World.create();
    await world.write(name, content);
    const { exitCode, stdout, stderr } = await world.fettle(['extract', name, 'out', '--strip', '1']);
    expect([exitCode, stdout, stderr]).toEqual([0, '', `extracted 2 files to ${world.project}/out\n`]);
    expect(await world.read('out/bin/tool')).toBe('tool');
    expect((await stat(join(world.project, 'out/bin/tool'))).mode & 0o111).toBe(0o111);
    expect((await world.fettle(['-q', 'extract', name])).stderr).toBe('');
    expect(await world.read('kit/notes')).toBe('notes');
  });

  test('of what is no archive is an error', async () => {
    await using world = await World.create();
    await world.write('kit.zip', 'text');
    const { exitCode, stderr } = await world.fettle(['extract', 'kit.zip']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('E_ARCHIVE');
  });
});

describe('lua', () => {
  test('runs a script with its arguments, and print goes to stdout', async () => {
    await using world = await World.create();
    await world.write('s.lua', 'print(arg[0]:match("[^/]+$"), arg[1], #arg, ...)');
    const { exitCode, stdout, stderr } = await world.fettle(['lua', 's.lua', 'a b', '--flag', '-q']);
    expect([exitCode, stdout, stderr]).toEqual([0, 's.lua\ta b\t3\ta b\t--flag\t-q\n', '']);
  });

  test('reads a script from stdin', async () => {
    await using world = await World.create();
    const { stdout } = await world.fettle(['lua', '-', 'x'], { input: 'io.write(fettle.platform, " ", arg[1])' });
    expect(stdout).toMatch(/^(linux|darwin|windows) x$/);
  });

  test('ends with what the script gives os.exit, and stderr is stderr', async () => {
    await using world = await World.create();
    const input = 'io.stderr:write("woe\\n") print("out") pcall(os.exit, 9)';
    const { exitCode, stdout, stderr } = await world.fettle(['lua', '-'], { input });
    expect([exitCode, stdout, stderr]).toEqual([9, 'out\n', 'woe\n']);
  });

  test('tells an error with its file and line, and ends with 1', async () => {
    await using world = await World.create();
    const file = await world.write('s.lua', 'print("first")\nlocal t = nil\nprint(t.x)');
    const { exitCode, stdout, stderr } = await world.fettle(['lua', 's.lua']);
    expect([exitCode, stdout]).toEqual([1, 'first\n']);
    expect(stderr).toContain(`at ${file}:3\n`);
    expect(stderr).toContain('print(t.x)');
  });

  test('tells a syntax error with 3, and a file that is not there with 1', async () => {
    await using world = await World.create();
    const syntax = await world.fettle(['lua', '-'], { input: 'if then' });
    expect([syntax.exitCode, syntax.stderr]).toEqual([3, expect.stringContaining('at stdin:1\n')]);
    expect((await world.fettle(['lua', 'gone.lua'])).exitCode).toBe(1);
  });
});

describe('cache', () => {
  test('size counts, clear empties and says what was freed', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "head -c 100000 /dev/zero > zeros"');
    await world.manifest('packages = { "local.a@v1" }');
    await world.fettle(['sync']);
    expect((await world.fettle(['cache', 'dir'])).stdout).toBe(`${world.cache}\n`);
    const size = JSON.parse((await world.fettle(['cache', 'size', '--json'])).stdout) as Record<string, number>;
    expect(size).toMatchObject({ entries: 1 });
    expect(size['bytes']).toBeGreaterThanOrEqual(100_000);
    expect((await world.fettle(['cache', 'size'])).stdout).toMatch(/^total .*\nassets .* in 1 entries\n/);
    const cleared = JSON.parse((await world.fettle(['cache', 'clear', '--json'])).stdout) as Record<string, unknown>;
    expect(cleared['kept']).toEqual([]);
    expect(cleared['bytes_freed']).toBeGreaterThanOrEqual(100_000);
    expect(await readdir(join(world.cache, 'assets'))).toEqual([]);
    expect((await world.fettle(['sync'])).exitCode).toBe(0);
  });

  test('clear keeps what a running process uses, and names it', async () => {
    await using world = await World.create();
    const gate = world.gate('install');
    await world.recipe('local.a@v1', `install = [[${gate.command}; touch x]]`);
    await world.manifest('packages = { "local.a@v1" }');
    const running = await world.start(['sync']);
    await gate.arrived();
    const { kept } = JSON.parse((await world.fettle(['cache', 'clear', '--json'])).stdout) as { kept: string[] };
    expect(kept).toContainEqual(expect.stringContaining('local.a@v1'));
    gate.open();
    expect((await running.result).exitCode).toBe(0);
  });

  test('of a newer fettle is refused, and left as it is', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}');
    await world.fettle(['sync']);
    const file = join(world.cache, 'VERSION');
    const newer = (await world.read(file)).replace(/\d+/, '999');
    await world.write('newer', newer);
    await rename(join(world.project, 'newer'), file);
    const { exitCode, stdout } = await world.fettle(['cache', 'size', '--json']);
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      7,
      { error: expect.objectContaining({ code: 'E_CACHE_VERSION' }) },
    ]);
    expect(await world.read(file)).toBe(newer);
  });
});
