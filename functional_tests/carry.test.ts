import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  respondWith,
  RunReport,
  tar,
  tarGz,
  World,
  type ArchiveEntry,
  type CommandOptions,
  type CommandResult,
} from './support/index.js';

const KILL_POINT = fileURLToPath(new URL('./faults/kill-point.cjs', import.meta.url));
const HERE = `${process.platform === 'darwin' ? 'darwin' : 'linux'}-${process.arch === 'arm64' ? 'arm64' : 'x86_64'}`;
const SOURCE = tarGz([{ path: 'kit-1.0/' }, { path: 'kit-1.0/tool', content: '#!/bin/sh\necho tool\n', mode: 0o755 }]);
const SHA256 = createHash('sha256').update(SOURCE).digest('hex');
const PACKAGES = ['local.kit@v1', 'local.top@v1'];

/** A project with a package that is downloaded, and one of all kinds of files that needs it. */
async function project(): Promise<World> {
  const world = await World.create();
  const url = world.server.serve('/kit-1.0.tar.gz', respondWith(SOURCE));
  await world.recipe(PACKAGES[0]!, `fetch = { source = "${url}", sha256 = "${SHA256}" }\nstage = { strip = 1 }`);
  await world.recipe(
    PACKAGES[1]!,
    `dependencies = { "local.kit@v1" }
     install = [[
       mkdir -p bin lib empty "lib/${'long-'.repeat(30)}"
       printf run > bin/run; chmod 755 bin/run
       ln bin/run bin/same
       ln -s ../bin/run lib/run
       printf x > "lib/${'long-'.repeat(30)}/größe.txt"
     ]]`,
  );
  await world.manifest('packages = { "local.top@v1" }\n');
  return world;
}

/** That project, synced, and an export of it. */
async function exported(name = 'kit.tar.zst'): Promise<{ world: World; archive: string }> {
  const world = await project();
  const synced = await world.fettle(['sync']);
  if (synced.exitCode !== 0) throw new Error(synced.stderr);
  const result = await world.fettle(['export', '-o', name]);
  if (result.exitCode !== 0) throw new Error(result.stderr);
  return { world, archive: join(world.project, name) };
}

/** The cache of another machine. */
function elsewhere(world: World, name = 'elsewhere'): string {
  return join(world.root, name);
}

function inCache(world: World, cache: string, args: readonly string[], options: CommandOptions = {}) {
  return world.fettle(['--cache-root', cache, ...args], options);
}

interface ImportJson {
  readonly entries: readonly { readonly identity: string; readonly status: string }[];
  readonly downloads: { readonly imported: number; readonly present: number; readonly bytes: number };
}

function statuses({ stdout }: CommandResult): readonly string[] {
  return (JSON.parse(stdout) as ImportJson).entries.map(({ identity, status }) => `${identity} ${status}`);
}

/** The code that a command with --json failed with. */
function codeOf({ stdout, stderr }: CommandResult): string {
  const [, code = stderr] = /"code":"(\w+)"/.exec(stdout) ?? [];
  return code;
}

/** What a cache holds that somebody could use or that was left behind. */
async function contentsOf(cache: string): Promise<readonly string[]> {
  const names = await readdir(cache, { recursive: true });
  return names.filter((name) => /complete\.json$|\.staging|^downloads\/sha|^(trash|locks|leases)\//.test(name)).sort();
}

async function expectSound(world: World, cache: string, entries: number): Promise<void> {
  const { stdout, exitCode } = await inCache(world, cache, ['cache', 'verify', '--json']);
  const verified = JSON.parse(stdout) as { sound: boolean; entries: unknown[] };
  expect([exitCode, verified.sound, verified.entries.length]).toEqual([0, true, entries]);
}

/** Runs fettle with a kill before the first operation on files below the cache that matches. */
async function killedAt(world: World, cache: string, point: RegExp, args: readonly string[]): Promise<CommandResult> {
  const log = join(world.temporary, 'operations');
  await writeFile(log, '');
  const env = {
    NODE_OPTIONS: `--require=${KILL_POINT}`,
    KILL_POINT_FOLDERS: JSON.stringify([cache, world.project]),
    KILL_POINT_LOG: log,
    KILL_POINT_PATTERN: point.source,
  };
  return inCache(world, cache, args, { env, isTraced: false });
}

describe('a machine that has only imported', () => {
  test.each(['kit.tar.zst', 'kit.tar.gz', 'kit.tar'])(
    'syncs from %s with nothing built or downloaded',
    async (name) => {
      const { world, archive } = await exported(name);
      await using _world = world;
      const asked = world.server.requests.length;
      const cache = elsewhere(world);
      const imported = await inCache(world, cache, ['import', archive, '--json']);
      expect([imported.exitCode, statuses(imported)]).toEqual([0, PACKAGES.map((each) => `${each} imported`)]);
      const report = new RunReport(await inCache(world, cache, ['sync', '--offline', '--locked', '--json']));
      expect(report.statuses).toEqual({ 'local.kit@v1': 'cached', 'local.top@v1': 'cached' });
      expect(world.server.requests).toHaveLength(asked);
      const asset = report.package('local.top@v1').path ?? '';
      expect(asset.startsWith(cache)).toBe(true);
      expect(await readFile(join(asset, 'lib/run'), 'utf8')).toBe('run');
      expect((await stat(join(asset, 'bin/run'))).ino).toBe((await stat(join(asset, 'bin/same'))).ino);
      expect((await stat(join(asset, 'bin/run'))).mode & 0o777).toBe(0o555);
      expect(await readFile(join(asset, `lib/${'long-'.repeat(30)}/größe.txt`), 'utf8')).toBe('x');
      await expectSound(world, cache, 2);
    },
  );

  test('can build anew from the downloads, without network', async () => {
    const { world, archive } = await exported();
    await using _world = world;
    const cache = elsewhere(world);
    await inCache(world, cache, ['import', archive]);
    await world.recipe('local.other@v1', `fetch = { source = "http://127.0.0.1:1/kit.tar.gz", sha256 = "${SHA256}" }`);
    await world.manifest('packages = { "local.other@v1" }\n');
    const report = new RunReport(await inCache(world, cache, ['sync', '--offline', '--json']));
    expect(report.statuses).toEqual({ 'local.other@v1': 'installed' });
  });

  test('has recipes from elsewhere too', async () => {
    await using world = await World.create();
    const url = world.server.serve('/far.lua', 'identity = "acme.far@v1"\ninstall = "printf far > far"\n');
    await world.manifest(`packages = { { recipe = "acme.far@v1", source = "${url}" } }\n`);
    await world.fettle(['sync']);
    await world.fettle(['export', '-o', 'far.tar.zst']);
    const cache = elsewhere(world);
    await inCache(world, cache, ['import', 'far.tar.zst']);
    const asked = world.server.requests.length;
    const report = new RunReport(await inCache(world, cache, ['sync', '--offline', '--json']));
    expect(report.statuses).toEqual({ 'acme.far@v1': 'cached' });
    expect(world.server.requests).toHaveLength(asked);
  });
});

describe('fettle export', () => {
  test('makes the same bytes of the same cache, and tells what they hold', async () => {
    const { world, archive } = await exported();
    await using _world = world;
    const first = await readFile(archive);
    const { stdout } = await world.fettle(['export', '-o', archive, '--json']);
    expect((await readFile(archive)).equals(first)).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ file: archive, platform: HERE, bytes: first.length, recipes: 0, bound: {} },
      entries: [{ identity: PACKAGES[0] }, { identity: PACKAGES[1] }],
      downloads: { files: 1, bytes: SOURCE.length },
    });
    expect(await contentsOf(world.cache)).not.toContainEqual(expect.stringMatching(/^(locks|leases|trash)\//));
  });

  test('takes named packages with what they need, and no downloads where none are wanted', async () => {
    await using world = await project();
    await world.recipe('local.alone@v1', 'install = "touch alone"');
    await world.manifest('packages = { "local.top@v1", "local.alone@v1" }\n');
    await world.fettle(['sync']);
    const identities = async (...args: readonly string[]) => {
      const { stdout } = await world.fettle(['export', '-o', 'x.tar', '--json', ...args]);
      const { entries, downloads } = JSON.parse(stdout) as { entries: { identity: string }[]; downloads: object };
      return [entries.map(({ identity }) => identity), downloads];
    };
    expect(await identities('top')).toEqual([PACKAGES, { files: 1, bytes: SOURCE.length }]);
    expect(await identities('alone', '--no-downloads')).toEqual([['local.alone@v1'], { files: 0, bytes: 0 }]);
  });

  test('names all that is missing at once and writes nothing', async () => {
    await using world = await project();
    const before = await readdir(world.project);
    const result = await world.fettle(['export', '-o', 'kit.tar.zst']);
    expect(result.exitCode).toBe(7);
    expect(result.stderr).toMatch(/E_NOT_CACHED[^]*local\.top@v1\n[^]*local\.kit@v1\n[^]*fettle sync/);
    expect(await readdir(world.project)).toEqual(before);
    await world.fettle(['sync']);
    const [stored = ''] = (await contentsOf(world.cache)).filter((name) => /^downloads.sha256.*.{64}$/.test(name));
    await truncate(join(world.cache, stored), 3);
    expect(codeOf(await world.fettle(['export', '-o', 'kit.tar.zst', '--json']))).toBe('E_CHECKSUM');
  });

  test('names downloads that are missing, and can do without', async () => {
    const { world } = await exported();
    await using _world = world;
    await rm(join(world.cache, 'downloads/sha256'), { recursive: true });
    const failed = await world.fettle(['export', '-o', 'x.tar']);
    expect(failed.exitCode).toBe(7);
    expect(failed.stderr).toMatch(/downloads +local\.kit@v1: http[^]*fettle fetch --all[^]*--no-downloads/);
    expect((await world.fettle(['export', '-o', 'x.tar', '--no-downloads'])).exitCode).toBe(0);
  });

  test('knows packages that keep no files, and those that look after themselves', async () => {
    await using world = await project();
    await world.recipe('local.nothing@v1', 'install = function(ctx) end');
    await world.recipe('local.host@v1', 'check = "true"');
    await world.manifest('packages = { "local.top@v1", "local.nothing@v1", "local.host@v1" }\n');
    await world.fettle(['sync']);
    const { exitCode, stdout } = await world.fettle(['export', '-o', 'x.tar', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ entries: [{}, {}] });
  });

  test('refuses links that lead out of a package, and a changed file', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "ln -s /etc/passwd out; ln -s ../../x up; printf a > file"');
    await world.manifest('packages = { "local.a@v1" }\n');
    await world.fettle(['sync']);
    const result = await world.fettle(['export', '-o', 'x.tar']);
    expect([result.exitCode, result.stderr]).toEqual([7, expect.stringMatching(/E_EXPORT[^]*out is a link[^]*up is/)]);
    expect(await readdir(world.project)).not.toContain('x.tar');
  });

  test('refuses a file that has changed in the cache', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "printf whole > file"');
    await world.manifest('packages = { "local.a@v1" }\n');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    await writeFile(join(report.package('local.a@v1').path ?? '', 'file'), 'whale', { mode: 0o444, flag: 'r+' });
    const result = await world.fettle(['export', '-o', 'x.tar', '--json']);
    expect([result.exitCode, codeOf(result)]).toEqual([4, 'E_CHECKSUM']);
    expect((await readdir(world.project)).filter((name) => name.includes('x.tar'))).toEqual([]);
  });

  test('warns of files that name the folder of the cache', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = [[mkdir lib; echo "prefix=$PWD" > lib/a.pc]]');
    await world.manifest('packages = { "local.a@v1" }\n');
    await world.fettle(['sync']);
    const { stdout, stderr } = await world.fettle(['export', '-o', 'x.tar', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ bound: { 'local.a@v1': ['lib/a.pc'] } });
    expect(stderr).toContain('local.a@v1 names the folder of this cache in lib/a.pc');
  });

  test.each([['x.zip'], ['x']])('does not know how to write %s', async (name) => {
    await using world = await project();
    expect((await world.fettle(['export', '-o', name])).exitCode).toBe(2);
  });

  test('writes to no folder, nor into one that is not there', async () => {
    const { world } = await exported();
    await using _world = world;
    for (const file of ['recipes.tar', 'absent/x.tar']) {
      if (file === 'recipes.tar') await world.write('recipes.tar/file', '');
      const result = await world.fettle(['export', '-o', file, '--json']);
      expect([result.exitCode, codeOf(result)]).toEqual([2, 'E_USAGE']);
    }
  });

  test('that is killed leaves no archive, and the next one tidies up', async () => {
    const { world, archive } = await exported();
    await using _world = world;
    const before = await readdir(world.project);
    const killed = await killedAt(world, world.cache, /^rename .*partial/, ['export', '-o', 'new.tar.zst']);
    expect(killed.signal).toBe('SIGKILL');
    expect(await readdir(world.project)).not.toContain('new.tar.zst');
    expect((await world.fettle(['export', '-o', 'new.tar.zst'])).exitCode).toBe(0);
    expect(await readdir(world.project)).toEqual([...before, 'new.tar.zst'].sort());
    expect((await readFile(join(world.project, 'new.tar.zst'))).equals(await readFile(archive))).toBe(true);
  });
});

describe('fettle import', () => {
  test('twice is the same as once', async () => {
    const { world, archive } = await exported();
    await using _world = world;
    const cache = elsewhere(world);
    const first = await inCache(world, cache, ['import', archive]);
    expect(first.stderr).toContain('packages: 2 imported');
    const before = await contentsOf(cache);
    const second = await inCache(world, cache, ['import', archive, '--json']);
    expect(statuses(second)).toEqual(PACKAGES.map((each) => `${each} present`));
    expect((JSON.parse(second.stdout) as ImportJson).downloads).toEqual({ imported: 0, present: 1, bytes: 0 });
    expect(await contentsOf(cache)).toEqual(before);
  });

  test('by two at once makes each entry once', async () => {
    const { world, archive } = await exported();
    await using _world = world;
    const cache = elsewhere(world);
    const both = await Promise.all([1, 2].map(() => inCache(world, cache, ['import', archive, '--json'])));
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const all = both.flatMap(statuses).sort();
    expect(all).toEqual(PACKAGES.flatMap((each) => [`${each} imported`, `${each} present`]));
    await expectSound(world, cache, 2);
    expect(await contentsOf(cache)).not.toContainEqual(expect.stringMatching(/^(locks|leases|trash|\.staging)/));
  });

  test('waits for a sync that builds the same package, and keeps its entry', async () => {
    await using world = await World.create();
    const gate = world.gate('build');
    await world.recipe('local.a@v1', `install = [[test -e ${world.home}/ready || ${gate.command}; printf a > a]]`);
    await world.manifest('packages = { "local.a@v1" }\n');
    const first = await world.start(['sync']);
    await gate.arrived();
    gate.letOneThrough();
    await first.result;
    await world.fettle(['export', '-o', 'a.tar.zst']);
    const cache = elsewhere(world);
    const syncing = await world.start(['--cache-root', cache, 'sync', '--json']);
    await gate.arrived(2);
    const importing = await world.start(['--cache-root', cache, 'import', 'a.tar.zst', '--json']);
    await importing.waitFor(({ kind }) => kind === 'lock:wait');
    gate.open();
    expect(new RunReport(await syncing.result).statuses).toEqual({ 'local.a@v1': 'installed' });
    expect(statuses(await importing.result)).toEqual(['local.a@v1 present']);
    await expectSound(world, cache, 1);
  });

  test.each([
    ['while it unpacks', /^open\w* .*\.staging\..*asset/],
    ['after it has verified', /^rename\w* .*\.staging\..*asset/],
    ['before an entry is complete', /^link\w* .*complete/],
    ['after the first entry', /^rename\w* .*\.staging\..*entries\/1\/asset/],
  ])('that is killed %s leaves a sound cache', async (_when, point) => {
    const { world, archive } = await exported();
    await using _world = world;
    const cache = elsewhere(world);
    const killed = await killedAt(world, cache, point, ['import', archive]);
    expect(killed.signal).toBe('SIGKILL');
    expect((await inCache(world, cache, ['cache', 'verify'])).exitCode).toBe(0);
    const again = await inCache(world, cache, ['import', archive, '--json']);
    expect(again.exitCode).toBe(0);
    await expectSound(world, cache, 2);
    expect(await contentsOf(cache)).not.toContainEqual(expect.stringMatching(/^(locks|leases|trash|\.staging)/));
    const report = new RunReport(await inCache(world, cache, ['sync', '--offline', '--json']));
    expect(report.statuses).toEqual({ 'local.kit@v1': 'cached', 'local.top@v1': 'cached' });
  });

  test('leaves nothing to collect after a kill', async () => {
    const { world, archive } = await exported();
    await using _world = world;
    const cache = elsewhere(world);
    await killedAt(world, cache, /^rename\w* .*\.staging\..*asset/, ['import', archive]);
    expect((await readdir(cache)).some((name) => name.startsWith('.staging.'))).toBe(true);
    await inCache(world, cache, ['cache', 'gc']);
    expect((await readdir(cache)).some((name) => name.startsWith('.staging.'))).toBe(false);
  });

  test.each(['kit.tar', 'kit.tar.zst'])('refuses %s with a changed byte, anywhere', async (name) => {
    const { world, archive } = await exported(name);
    await using _world = world;
    const whole = await readFile(archive);
    const good = elsewhere(world, 'good');
    await inCache(world, good, ['import', archive]);
    const expected = await contentsOf(good);
    for (const part of [1, 3, 5, 7]) {
      const broken = Buffer.from(whole);
      const place = Math.floor((whole.length * part) / 8);
      broken[place] = (broken[place] ?? 0) ^ 0x20;
      await writeFile(archive, broken);
      const cache = elsewhere(world, `broken-${String(part)}`);
      const result = await inCache(world, cache, ['import', archive, '--json']);
      // A byte of the filling between two files, or of a time, means nothing.
      const isHarmless = result.exitCode === 0;
      expect([1, 3, 4, 0]).toContain(result.exitCode);
      expect(await contentsOf(cache)).toEqual(isHarmless ? expected : []);
      if (isHarmless) await expectSound(world, cache, 2);
    }
  });

  test('refuses an archive that is cut off', async () => {
    const { world, archive } = await exported();
    await using _world = world;
    await truncate(archive, (await stat(archive)).size - 20);
    const cache = elsewhere(world);
    const result = await inCache(world, cache, ['import', archive, '--json']);
    expect([result.exitCode, codeOf(result)]).toEqual([1, 'E_ARCHIVE']);
    expect(await contentsOf(cache)).toEqual([]);
  });

  test.each([
    ['no archive', Buffer.from('text'), 'E_ARCHIVE'],
    ['another archive', SOURCE, 'E_IMPORT'],
    ['an index that is none', forged('[]'), 'E_IMPORT'],
    ['a newer export', forged({ version: 2 }), 'E_IMPORT'],
    ['an export of another platform', forged({ platform: 'windows-arm64' }), 'E_IMPORT'],
    ['an entry that is not listed', forged({}, [{ path: 'entries/0/asset/x', content: 'x' }]), 'E_IMPORT'],
    ['a file beside the export', forged({}, [{ path: 'x', content: 'x' }]), 'E_IMPORT'],
    ['a path that climbs out', forged({}, [{ path: '../out', content: 'x' }]), 'E_ARCHIVE_UNSAFE'],
    ['an absolute path', forged({}, [{ path: '/tmp/out', content: 'x' }]), 'E_ARCHIVE_UNSAFE'],
    ['a link that leads out', forged({}, [{ path: 'entries/l', linkTo: '../../x' }]), 'E_ARCHIVE_UNSAFE'],
    ['a link for a folder', forged({}, [{ path: 'x' }, { path: 'entries', linkTo: 'x' }]), 'E_IMPORT'],
    ['a wrong download', forged({ downloads: [download('a')] }, [{ path: stored('a'), content: 'b' }]), 'E_CHECKSUM'],
    ['a missing download', forged({ downloads: [download('a')] }), 'E_IMPORT'],
    [
      'a digest that is a path',
      forged({ downloads: [{ ...download('a'), sha256: '../../../../VERSION' }] }, []),
      'E_IMPORT',
    ],
    ['a recipe whose name is a path', forged({ recipes: [{ name: '../x', inventory: '0'.repeat(64) }] }), 'E_IMPORT'],
  ])('refuses %s', async (_what, bytes, code) => {
    await using world = await World.create();
    const archive = await world.write('x.tar', bytes);
    const result = await world.fettle(['import', archive, '--json']);
    expect(codeOf(result)).toBe(code);
    expect(await contentsOf(world.cache)).toEqual([]);
    expect(await readdir(world.root)).not.toContain('out');
  });

  test('refuses an export of other files than the project has locked', async () => {
    await using world = await World.create();
    const url = world.server.serve('/loose.bin', 'one');
    await world.recipe('local.a@v1', `fetch = "${url}"\ninstall = 'cp "$FETTLE_FETCH_DIR/loose.bin" .'`);
    await world.manifest('packages = { "local.a@v1" }\n');
    await world.fettle(['sync']);
    await world.fettle(['export', '-o', 'a.tar.zst']);
    const lock = await world.read('fettle.lock');
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(lock).toContain(digest('one'));
    await world.write('fettle.lock', lock.replace(digest('one'), digest('two')));
    const result = await inCache(world, elsewhere(world), ['import', 'a.tar.zst', '--json']);
    expect([result.exitCode, codeOf(result)]).toEqual([4, 'E_LOCK_MISMATCH']);
    expect(await contentsOf(elsewhere(world))).toEqual([]);
  });

  test('tells of a file that is not there, and of a cache that cannot be written', async () => {
    const { world, archive } = await exported();
    await using _world = world;
    expect(codeOf(await world.fettle(['import', 'absent.tar', '--json']))).toBe('E_FILE');
    // No folders can be made there, not even by root.
    await symlink('/proc/self', elsewhere(world));
    const result = await inCache(world, elsewhere(world), ['import', archive, '--json']);
    expect([result.exitCode, codeOf(result)]).toEqual([7, 'E_CACHE']);
  });
});

function stored(content: string): string {
  return `downloads/${download(content).sha256}`;
}

function download(content: string): { sha256: string; bytes: number; others: readonly never[] } {
  return { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length, others: [] };
}

/** An archive as an export is, with other things in it. */
function forged(index: object | string, more: readonly ArchiveEntry[] = []): Buffer {
  const whole = { format: 'fettle-export', version: 1, platform: HERE, entries: [], recipes: [], downloads: [] };
  const text = typeof index === 'string' ? index : JSON.stringify({ ...whole, ...index });
  return tar([{ path: 'fettle-export.json', content: text }, ...more]);
}
