import { describe, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectNothingKept, RunReport, tarGz, World, zip, type ArchiveEntry } from './support/index.js';

const TREE: readonly ArchiveEntry[] = [
  { path: 'kit-1.0/', mode: 0o755 },
  { path: 'kit-1.0/bin/tool', content: 'tool', mode: 0o755 },
  { path: 'kit-1.0/LICENSE', content: 'free' },
];

describe('archives of all kinds are unpacked', () => {
  test.each([
    ['kit.tar.gz', tarGz(TREE)],
    ['kit.tgz', tarGz(TREE)],
    ['kit.crate', tarGz(TREE)],
    ['kit.zip', zip(TREE)],
    ['kit-1.0-py3-none-any.whl', zip(TREE)],
  ])('%s', async (name, content) => {
    await using world = await World.create();
    await world.write(`recipes/${name}`, content);
    await world.recipe('local.a@v1', `fetch = "${name}"\nstage = { strip = 1 }`);
    await world.manifest('packages = { "local.a@v1" }');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    const { path, error } = report.package('local.a@v1');
    expect(error).toBeNull();
    expect(await readFile(join(path ?? '', 'bin', 'tool'), 'utf8')).toBe('tool');
  });
});

describe('large archives, which threads of their own unpack,', () => {
  // So large that a thread is worth it also when it is packed: it hardly packs.
  const large = Array.from({ length: 8 }, (_, index) => ({
    path: `kit/part${index}`,
    content: randomBytes(100_000).toString('base64'),
  }));

  test.each([
    ['tar.gz', tarGz(large)],
    ['zip', zip(large)],
  ])('%s: come out whole, several at once', async (kind, content) => {
    await using world = await World.create();
    const names = ['local.a@v1', 'local.b@v1', 'local.c@v1'];
    for (const name of names) {
      await world.write(`recipes/${name}.${kind}`, content);
      await world.recipe(name, `fetch = "${name}.${kind}"\nstage = { strip = 1 }`);
    }
    await world.manifest(`packages = { ${names.map((name) => `"${name}"`).join(', ')} }`);
    const result = await world.fettle(['sync', '--json']);
    const report = new RunReport(result);
    expect(report.exitCode).toBe(0);
    for (const name of names) {
      const { path } = report.package(name);
      for (const [index, part] of large.entries()) {
        expect(await readFile(join(path ?? '', `part${index}`), 'utf8')).toBe(part.content);
      }
    }
    const ends = result.events.filter(({ kind: what }) => what === 'extract:end');
    expect(ends.map((event) => event['files'])).toEqual([8, 8, 8]);
  });

  test.each([
    ['FETTLE_EXTRACT_MAX_SIZE', '500k', 'E_ARCHIVE_UNSAFE', 4],
    ['FETTLE_EXTRACT_MAX_ENTRIES', '3', 'E_ARCHIVE_UNSAFE', 4],
    ['FETTLE_EXTRACT_MAX_SIZE', 'much', 'E_USAGE', 2],
  ])('%s=%s ends with %s', async (name, value, code, exitCode) => {
    await using world = await World.create();
    await world.write('recipes/kit.tar.gz', tarGz(large));
    await world.recipe('local.a@v1', 'fetch = "kit.tar.gz"');
    await world.manifest('packages = { "local.a@v1" }');
    const env = { [name]: value };
    const result = await world.fettle(['sync', '--json'], { env });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toContain(code);
    expect((await world.fettle(['extract', 'recipes/kit.tar.gz', 'out'], { env })).exitCode).toBe(exitCode);
    expect(await readdir(join(world.project, 'out')).catch(() => [])).toEqual([]);
  });
});

describe('an archive that would leave its folder is refused with 4, and writes nothing outside', () => {
  const unsafe = (outside: string): Readonly<Record<string, readonly ArchiveEntry[]>> => ({
    'a way up': [{ path: '../escaped', content: 'x' }],
    'a way up from deep inside': [{ path: 'a/b/../../../escaped', content: 'x' }],
    'an absolute path': [{ path: `${outside}/escaped`, content: 'x' }],
    'a link that leads out, and a file through it': [
      { path: 'link', linkTo: outside },
      { path: 'link/escaped', content: 'x' },
    ],
  });
  const cases = Object.keys(unsafe('')).flatMap((what) => [['tar.gz', what] as const, ['zip', what] as const]);

  test.each(cases)('%s: %s', async (kind, what) => {
    await using world = await World.create();
    const entries = unsafe(world.home)[what] ?? [];
    await world.write(`recipes/evil.${kind}`, kind === 'zip' ? zip(entries) : tarGz(entries));
    await world.recipe('local.a@v1', `fetch = "evil.${kind}"`);
    await world.manifest('packages = { "local.a@v1" }');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(4);
    expect(report.package('local.a@v1').error?.code).toBe('E_ARCHIVE_UNSAFE');
    const extracted = await world.fettle(['extract', `recipes/evil.${kind}`, 'out']);
    expect(extracted.exitCode).toBe(4);
    await expectNowhere(world, 'escaped');
  });
});

/** No file of that name is anywhere in the world. */
async function expectNowhere(world: World, name: string): Promise<void> {
  const all = await readdir(world.root, { recursive: true });
  expect(all.filter((path) => path.endsWith(name))).toEqual([]);
}

describe('a recipe comes from', () => {
  const RECIPE = 'identity = "acme.kit@v1"\ninstall = "touch f"';
  const digest = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

  async function syncKit(world: World, fields: string): Promise<RunReport> {
    await world.manifest(`packages = {\n  { recipe = "acme.kit@v1", ${fields} } }`);
    return new RunReport(await world.fettle(['sync', '--json']));
  }

  test('a folder', async () => {
    await using world = await World.create();
    await world.write('lib/kit/recipe.lua', RECIPE);
    expect((await syncKit(world, 'source = "lib/kit"')).statuses).toEqual({ 'acme.kit@v1': 'installed' });
  });

  test('a file URL', async () => {
    await using world = await World.create();
    const file = await world.write('lib/kit.lua', RECIPE);
    expect((await syncKit(world, `source = "file://${file}"`)).exitCode).toBe(0);
  });

  test('an archive of this machine, or of a server', async () => {
    await using world = await World.create();
    const archive = tarGz([
      { path: 'kit-1/recipe.lua', content: `${RECIPE}\nrequire("part")` },
      { path: 'kit-1/part.lua', content: '' },
    ]);
    await world.write('kit.tar.gz', archive);
    expect((await syncKit(world, 'source = "kit.tar.gz"')).exitCode).toBe(0);
    const url = world.server.serve('/kit.tar.gz', archive);
    expect((await syncKit(world, `source = "${url}", sha256 = "${digest(archive)}"`)).exitCode).toBe(0);
  });

  test('a server, once', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.lua', RECIPE);
    const fields = `source = "${url}", sha256 = "${digest(RECIPE)}"`;
    expect((await syncKit(world, fields)).statuses).toEqual({ 'acme.kit@v1': 'installed' });
    expect((await syncKit(world, fields)).statuses).toEqual({ 'acme.kit@v1': 'cached' });
    expect(world.server.requests).toHaveLength(1);
  });

  test.each(['path', 'server'])('a %s only if it is the one that was expected', async (kind) => {
    await using world = await World.create();
    const file = await world.write('kit.lua', RECIPE);
    const source = kind === 'path' ? file : world.server.serve('/kit.lua', RECIPE);
    const report = await syncKit(world, `source = "${source}", sha256 = "${digest('other')}"`);
    expect(report.exitCode).toBe(4);
    expect(report.package('acme.kit@v1').error).toMatchObject({
      code: 'E_CHECKSUM',
      location: { file: `${world.project}/fettle.lua`, line: 2 },
    });
    const told = report.result.stderr.replace(/ +/g, ' ');
    expect(told).toContain(`expected ${digest('other')}\n`);
    expect(told).toContain(`got ${digest(RECIPE)}\n`);
    await expectNothingKept(world);
  });

  test('a server that has none: told with the address and the line', async () => {
    await using world = await World.create();
    const report = await syncKit(world, `source = "${world.server.origin}/kit.lua"`);
    expect(report.exitCode).toBe(5);
    expect(report.package('acme.kit@v1').error).toMatchObject({ code: 'E_FETCH', location: { line: 2 } });
  });
});
