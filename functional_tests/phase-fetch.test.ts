import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inTurn, respondWith, tarGz, World } from './support/index.js';
import {
  assetOf,
  entriesIn,
  filesBelow,
  phasesOf,
  sync,
  syncThing,
  THING,
  type SyncReport,
} from './support/one-package.js';

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');
const contentOf = (report: SyncReport, file: string): Promise<string> => readFile(join(assetOf(report), file), 'utf8');

describe('the forms of fetch', () => {
  test('without it nothing is downloaded, and neither fetch nor stage runs', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'install = [[ls -A "$FETTLE_FETCH_DIR" > list]]');
    expect(phasesOf(report)).toEqual(['install']);
    expect(await contentOf(report, 'list')).toBe('');
  });

  test('a string is one URL', async () => {
    await using world = await World.create();
    const report = await syncThing(world, `fetch = "${world.server.serve('/dir/file%20one.txt', 'one')}?query=1"`);
    expect(await filesBelow(assetOf(report))).toEqual(['file one.txt']);
    expect(await contentOf(report, 'file one.txt')).toBe('one');
  });

  test('a table names the source, its digest in any case, and the file name', async () => {
    await using world = await World.create();
    const url = world.server.serve('/one', 'one');
    const report = await syncThing(
      world,
      `fetch = { source = "${url}", sha256 = "${sha256('one').toUpperCase()}", dest = "first.txt" }`,
    );
    expect(await contentOf(report, 'first.txt')).toBe('one');
  });

  test('an array holds strings and tables', async () => {
    await using world = await World.create();
    const [one, two] = [world.server.serve('/one', 'one'), world.server.serve('/two', 'two')];
    const report = await syncThing(world, `fetch = { "${one}", { source = "${two}" } }`);
    expect(await filesBelow(assetOf(report))).toEqual(['one', 'two']);
  });

  test('a mirror stands in for a source that fails', async () => {
    await using world = await World.create();
    const gone = world.server.serve('/gone', respondWith('no', { status: 404 }));
    const mirror = world.server.serve('/mirror', 'content');
    const report = await syncThing(
      world,
      `fetch = { source = "${gone}", mirrors = { "${mirror}" }, sha256 = "${sha256('content')}" }`,
    );
    expect(await contentOf(report, 'gone')).toBe('content');
  });

  test('a function downloads into tmp, which is its cwd, and commits what it wants', async () => {
    await using world = await World.create();
    const [one, two] = [world.server.serve('/one', 'one'), world.server.serve('/two', 'two')];
    const report = await syncThing(
      world,
      `function fetch(ctx)
         local names = ctx.fetch({ "${one}", "${two}" })
         assert(ctx.read_file(names[1]) == "one" and ctx.read_file(ctx.tmp .. "/two") == "two")
         ctx.commit_fetch({ filename = "two", sha256 = "${sha256('two')}" })
       end`,
    );
    expect(await filesBelow(assetOf(report))).toEqual(['two']);
  });

  test('a table that a function returns is fetched as if it stood there', async () => {
    await using world = await World.create();
    const url = world.server.serve('/one', 'one');
    const report = await syncThing(
      world,
      `function fetch(ctx) return { source = "${url}", sha256 = "${sha256('one')}", dest = "x" } end`,
    );
    expect(await filesBelow(assetOf(report))).toEqual(['x']);
  });

  test('an array that a function returns, too, beside what it has committed itself', async () => {
    await using world = await World.create();
    const url = (name: string): string => world.server.serve(`/${name}`, name);
    const report = await syncThing(
      world,
      `function fetch(ctx)
         ctx.commit_fetch(ctx.fetch("${url('mine')}"))
         return { "${url('one')}", { source = "${url('two')}" } }
       end`,
    );
    expect(await filesBelow(assetOf(report))).toEqual(['mine', 'one', 'two']);
  });

  test('other values that a function returns change nothing', async () => {
    await using world = await World.create();
    const url = world.server.serve('/one', 'one');
    const report = await syncThing(
      world,
      `function fetch(ctx) ctx.commit_fetch(ctx.fetch("${url}")) return "${url}", "digest" end`,
    );
    expect(await filesBelow(assetOf(report))).toEqual(['one']);
    expect(world.server.count('/one')).toBe(1);
  });

  test('a path is relative to the recipe', async () => {
    await using world = await World.create();
    await world.write('recipes/files/a.txt', 'local');
    const report = await syncThing(world, 'fetch = "files/a.txt"');
    expect(await contentOf(report, 'a.txt')).toBe('local');
  });

  test('a git source is cloned to stage_dir under its own name, at its ref, not to fetch_dir', async () => {
    await using world = await World.create();
    const repository = join(world.root, 'origin/kit.git');
    const { first } = await makeRepository(repository);
    const recipe = (ref: string): string =>
      `fetch = { source = "file://${repository}", ref = "${ref}" }
       build = [[ls -A "$FETTLE_FETCH_DIR" > in-fetch-dir]]
       install = [[cp "$FETTLE_STAGE_DIR/kit.git/file" "$FETTLE_STAGE_DIR/in-fetch-dir" .]]`;
    const report = await syncThing(world, recipe(first));
    expect(await contentOf(report, 'file')).toBe('first\n');
    expect(await contentOf(report, 'in-fetch-dir')).toBe('');
    expect(await contentOf(await syncThing(world, recipe('main')), 'file')).toBe('second\n');
  });

  test.each([
    ['that stands there', (table: string) => `fetch = ${table}`],
    ['that a function returns', (table: string) => `function fetch(ctx) return ${table} end`],
  ])('a clone and a file in a table %s are the asset together', async (_where, verb) => {
    await using world = await World.create();
    const repository = join(world.root, 'origin/kit.git');
    await makeRepository(repository);
    await world.write('recipes/a.txt', 'a');
    const report = await syncThing(world, verb(`{ { source = "file://${repository}", ref = "main" }, "a.txt" }`));
    const files = await filesBelow(assetOf(report));
    expect(files.filter((path) => !path.includes('/.git/'))).toEqual(['a.txt', 'kit.git/file']);
  });

  test('two entries with one name are an error before anything is downloaded', async () => {
    await using world = await World.create();
    const [one, two] = [world.server.serve('/a/x', 'one'), world.server.serve('/b/x', 'two')];
    const report = await syncThing(world, `fetch = { "${one}", "${two}" }`);
    expect(report).toMatchObject({ exitCode: 3, thing: { error: { code: 'E_FETCH_NAME', location: { line: 2 } } } });
    expect(world.server.requests).toEqual([]);
    expect(await entriesIn(world)).toEqual([]);
  });

  test('all downloads that fail are told in one error', async () => {
    await using world = await World.create();
    const urls = ['one', 'two'].map((name) => world.server.serve(`/${name}`, respondWith('no', { status: 404 })));
    const report = await syncThing(world, `fetch = { "${urls.join('", "')}" }`);
    expect(report).toMatchObject({ exitCode: 5, thing: { error: { code: 'E_FETCH_FAILED', location: { line: 2 } } } });
    const done = report.events.find((event) => event.kind === 'package:done');
    for (const url of urls) expect(JSON.stringify(done?.['error'])).toContain(url);
  });
});

describe('after a failed attempt', () => {
  test('verified files stay, and only what failed is downloaded again', async () => {
    await using world = await World.create();
    const good = world.server.serve('/good', 'good');
    const late = world.server.serve('/late', inTurn(respondWith('bad'), respondWith('late')));
    const entry = (url: string, text: string): string => `{ source = "${url}", sha256 = "${sha256(text)}" }`;
    const failed = await syncThing(world, `fetch = { ${entry(good, 'good')}, ${entry(late, 'late')} }`);
    expect(failed).toMatchObject({ exitCode: 4, thing: { status: 'failed', error: { code: 'E_CHECKSUM' } } });
    expect(await entriesIn(world)).toEqual([`${THING}/fetch/good`]);
    const again = await sync(world);
    expect(await filesBelow(assetOf(again))).toEqual(['good', 'late']);
    expect([world.server.count('/good'), world.server.count('/late')]).toEqual([1, 2]);
    expect(again.events.filter((event) => event.kind === 'download:reused')).toHaveLength(1);
  });

  test.each([
    ['stage', 'stage = [[test -e "$FETTLE_PROJECT_DIR/fixed"]]'],
    ['build', 'build = [[touch x; test -e "$FETTLE_PROJECT_DIR/fixed"]]'],
    ['install', 'install = [[touch x; test -e "$FETTLE_PROJECT_DIR/fixed"]]'],
  ])('of %s, all but the downloads is gone, and the verified ones are reused', async (_phase, verb) => {
    await using world = await World.create();
    const url = world.server.serve('/hashed', 'hashed');
    const failed = await syncThing(world, `fetch = { source = "${url}", sha256 = "${sha256('hashed')}" }\n${verb}`);
    expect(failed.thing).toMatchObject({ status: 'failed', error: { code: 'E_SCRIPT', location: { line: 3 } } });
    expect(await entriesIn(world)).toEqual([`${THING}/fetch/hashed`]);
    await world.write('fixed', '');
    expect((await sync(world)).exitCode).toBe(0);
    expect(world.server.count('/hashed')).toBe(1);
  });

  test('a file without a digest is downloaded again', async () => {
    await using world = await World.create();
    const url = world.server.serve('/loose', inTurn(respondWith('old'), respondWith('new')));
    await syncThing(world, `fetch = "${url}"\nbuild = [[test -e "$FETTLE_PROJECT_DIR/fixed"]]`);
    await world.write('fixed', '');
    expect(await contentOf(await sync(world), 'loose')).toBe('new');
    expect(world.server.count('/loose')).toBe(2);
  });

  test('a verified file that was damaged since comes whole from the store, which a script cannot damage', async () => {
    await using world = await World.create();
    const url = world.server.serve('/f', 'whole');
    const recipe = `fetch = { source = "${url}", sha256 = "${sha256('whole')}" }`;
    await syncThing(
      world,
      `${recipe}\nbuild = [[chmod u+w $FETTLE_FETCH_DIR/f; echo x > $FETTLE_FETCH_DIR/f; test -e "$FETTLE_PROJECT_DIR/fixed"]]`,
    );
    await world.write('fixed', '');
    expect(await contentOf(await sync(world), 'f')).toBe('whole');
    expect(world.server.count('/f')).toBe(1);
  });

  test('an archive that is damaged leaves nothing but the download', async () => {
    await using world = await World.create();
    const damaged = tarGz([{ path: 'a', content: 'x'.repeat(5000) }]).subarray(0, 60);
    const url = world.server.serve('/a.tar.gz', damaged);
    const report = await syncThing(world, `fetch = { source = "${url}", sha256 = "${sha256(damaged)}" }`);
    expect(report.thing).toMatchObject({ status: 'failed', error: { code: 'E_ARCHIVE' } });
    expect(await entriesIn(world)).toEqual([`${THING}/fetch/a.tar.gz`]);
  });

  test('a source that is not there leaves nothing', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'fetch = "absent.txt"');
    expect(report.thing.error).toMatchObject({ code: 'E_FETCH_MISSING', location: { line: 2 } });
    expect(await entriesIn(world)).toEqual([]);
  });
});

/** A repository whose file says `first`, then `second` on its branch main. */
async function makeRepository(path: string): Promise<{ readonly first: string }> {
  const git = async (...args: readonly string[]): Promise<string> => {
    const identity = ['-c', 'user.name=A', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false'];
    return (await promisify(execFile)('git', ['-C', path, ...identity, ...args])).stdout.trim();
  };
  await promisify(execFile)('git', ['init', '-q', '-b', 'main', path]);
  for (const text of ['first', 'second']) {
    await writeFile(join(path, 'file'), `${text}\n`);
    await git('add', '.');
    await git('commit', '-q', '-m', text);
  }
  return { first: await git('rev-parse', 'HEAD~1') };
}
