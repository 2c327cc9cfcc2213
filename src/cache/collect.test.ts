import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cache, Collection } from './index.js';
import { claimName } from './claim.js';
import { Layout } from './layout.js';
import { identifyProcess } from './process-identity.js';
import { acquisition, CacheRig, entryId } from './testing/rig.js';
import { testHost } from './testing/test-host.js';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const SIZE = 200_000;

let rig: CacheRig;
beforeAll(async () => {
  rig = await CacheRig.create();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

let root: string;
beforeEach(async () => {
  root = await rig.ownRoot();
});

/** A cache whose clock stands `ago` before now. */
const openAgo = (ago: number): Promise<Cache> => {
  const time = Date.now() - ago;
  return rig.open({ root, host: testHost({ now: () => time }) });
};

async function build(name: string, ago: number): Promise<void> {
  await using cache = await openAgo(ago);
  const acquired = await cache.acquire(entryId(name), acquisition().options);
  if (acquired.kind !== 'attempt') throw new Error('complete');
  await writeFile(join(acquired.attempt.folders.asset, 'data'), Buffer.alloc(SIZE));
  await acquired.attempt.commit({ keyInputs: {}, durations: {}, origin: [] });
}

async function use(name: string, ago: number): Promise<void> {
  await using cache = await openAgo(ago);
  expect(await cache.find(entryId(name))).toBeDefined();
}

async function collect(options: Parameters<Cache['collect']>[0] = {}): Promise<Collection> {
  await using cache = await rig.open({ root });
  return await cache.collect(options);
}

const folderName = (name: string): string => `test.tool@v1/linux-x86_64-${entryId(name).key.slice(0, 16)}`;
const named = (items: Collection['removed']): string[] => items.map(({ kind, name }) => `${kind} ${name}`);
const entry = (name: string): string => `entry ${folderName(name)}`;

async function expectThere(names: readonly string[], gone: readonly string[]): Promise<void> {
  await using cache = await rig.open({ root });
  for (const name of names) expect(await cache.find(entryId(name))).toBeDefined();
  for (const name of gone) expect(await cache.find(entryId(name))).toBeUndefined();
}

describe('collecting garbage', () => {
  test('keeps every complete entry when no limit is given', async () => {
    await build('old', 1000 * DAY);
    const { removed, bytesFreed } = await collect();
    expect([removed, bytesFreed]).toEqual([[], 0]);
    await expectThere(['old'], []);
  });

  test('removes what was not used for some time, and says what that freed', async () => {
    await build('old', 90 * DAY);
    await build('used', 90 * DAY);
    await use('used', 3 * DAY);
    await build('new', DAY);
    const collection = await collect({ olderThanMs: 30 * DAY });
    expect(named(collection.removed)).toEqual([entry('old')]);
    expect(collection.bytesFreed).toBeGreaterThanOrEqual(SIZE);
    expect(collection.bytesFreed).toBeLessThan(2 * SIZE);
    await expectThere(['used', 'new'], ['old']);
    expect(await readdir(join(root, 'trash'))).toEqual([]);
  });

  test('removes what was used least recently, until the cache is small enough', async () => {
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) await build(name, (20 + index) * DAY);
    await use('d', DAY);
    const collection = await collect({ maxBytes: 2.5 * SIZE });
    expect(named(collection.removed)).toEqual([entry('c'), entry('b')]);
    expect(collection.bytesLeft).toBeLessThanOrEqual(2.5 * SIZE);
    await expectThere(['a', 'd'], ['b', 'c']);
    await using cache = await rig.open({ root });
    expect((await cache.size()).bytes).toBe(collection.bytesLeft);
  });

  test('only tells when it is asked to', async () => {
    await build('old', 90 * DAY);
    await mkdir(join(root, 'trash', 'rest'));
    const before = await rig.list(root);
    const would = await collect({ olderThanMs: DAY, dryRun: true });
    expect(named(would.removed)).toEqual(['trash rest', entry('old')]);
    expect(await rig.list(root)).toEqual(before);
    expect(await collect({ olderThanMs: DAY })).toEqual(would);
  });

  test('keeps what another process uses or builds, and says so', async () => {
    await build('used', 90 * DAY);
    await build('old', 90 * DAY);
    await using user = await rig.spawn({ root });
    await user.call({ kind: 'acquire', id: entryId('used') });
    await user.call({ kind: 'acquire', id: entryId('built') });
    await user.call({ kind: 'store-recipe', digest: 'recipe' });
    await writeFile(join(root, 'downloads', 'archive'), '');
    for (const dryRun of [true, false]) {
      // The use just now made it young; a size of nothing spares no one who is not in use.
      const collection = await collect({ maxBytes: 0, dryRun });
      expect(named(collection.removed)).toEqual([entry('old')]);
      expect(named(collection.kept).sort()).toEqual(
        ['download archive', entry('used'), `left-over ${folderName('built')}`, 'recipe recipe'].sort(),
      );
    }
    expect(await user.call({ kind: 'commit' })).toEqual(expect.any(String));
    await user.call({ kind: 'close' });
    expect((await collect({ maxBytes: 0 })).kept).toEqual([]);
    await expectThere([], ['used', 'old', 'built']);
  });

  test('does not remove an entry that was used after it was chosen', async () => {
    await build('first', 90 * DAY);
    await build('second', 80 * DAY);
    await using cache = await rig.open({ root });
    const { signal } = new AbortController();
    const uses: Promise<void>[] = [];
    // The first look at the signal is right before the first removal.
    const removed = await cache.collect({
      olderThanMs: 30 * DAY,
      get signal() {
        uses.push(use('second', 0));
        return signal;
      },
    });
    await Promise.all(uses);
    expect(named(removed.removed)).toEqual([entry('first')]);
    await expectThere(['second'], ['first']);
  });

  test('removes what killed processes left: half entries, work folders, locks, half recipes, trash', async () => {
    await build('whole', DAY);
    const place = new Layout(root).places(entryId('whole'))[0];
    for (const name of ['stage', 'attempt-3']) await mkdir(join(place.folder, name, 'deep'), { recursive: true });
    const victim = await rig.spawn({ root });
    await victim.call({ kind: 'acquire', id: entryId('half') });
    await victim.call({ kind: 'write', folder: 'fetch', name: 'archive', text: 'x' });
    await victim.kill();
    const dead = claimName({ ...identifyProcess(2 ** 30), token: 'dead' });
    await mkdir(new Layout(root).partialRecipe(dead));
    await mkdir(join(root, 'trash', 'rest'));
    const { removed, kept } = await collect();
    expect(kept).toEqual([]);
    expect(named(removed).sort()).toEqual(
      [
        ...[`left-over .partial.${dead}`, 'trash rest', `left-over ${folderName('half')}`],
        ...[`left-over ${folderName('whole')}/stage`, `left-over ${folderName('whole')}/attempt-3`],
      ].sort(),
    );
    expect((await readdir(place.folder)).sort()).toEqual(['asset', 'complete.json', 'fingerprint.json']);
    for (const folder of ['locks', 'leases', 'recipes', 'trash']) expect(await readdir(join(root, folder))).toEqual([]);
    await expectThere(['whole'], []);
  });

  test('leaves a contested entry alone for a day, for a silent process may still write there', async () => {
    const { folder, contested } = new Layout(root).places(entryId('contested'))[0];
    await (await rig.open({ root }))[Symbol.asyncDispose]();
    await mkdir(join(folder, 'asset'), { recursive: true });
    await writeFile(contested, '');
    expect(await collect()).toMatchObject({ removed: [], kept: [{ name: folderName('contested') }] });
    const past = new Date(Date.now() - 2 * DAY);
    await utimes(contested, past, past);
    expect(named((await collect()).removed)).toEqual([`left-over ${folderName('contested')}`]);
  });

  test('keeps recipes, downloads, logs and what is in quarantine for a month', async () => {
    await (await rig.open({ root }))[Symbol.asyncDispose]();
    const paths = ['recipes/r', 'downloads/d', 'logs/test.tool@v1/0-20260101T000000000-1073741824.log'];
    for (const path of paths) {
      for (const [suffix, ago] of [
        ['', 29],
        ['x', 31],
      ] as const) {
        const time = new Date(Date.now() - ago * DAY);
        // Recipes and logs are asked for their time only; of downloads only the files count.
        if (path.startsWith('downloads/')) await writeFile(join(root, `${path}${suffix}`), '');
        else await mkdir(join(root, `${path}${suffix}`), { recursive: true });
        await utimes(join(root, `${path}${suffix}`), time, time);
      }
    }
    await mkdir(join(root, 'quarantine', 'broken'), { recursive: true });
    expect(named((await collect()).removed).sort()).toEqual([
      ...['download dx', 'log test.tool@v1/0-20260101T000000000-1073741824.logx', 'recipe rx'],
    ]);
    expect(named((await collect({ olderThanMs: -1 })).removed)).toContain('quarantine broken');
  });

  test('keeps the log of a process that runs', async () => {
    await (await rig.open({ root }))[Symbol.asyncDispose]();
    await mkdir(join(root, 'logs', 'test.tool@v1'));
    const name = `0-20260101T000000000-${process.pid}.log`;
    await writeFile(join(root, 'logs', 'test.tool@v1', name), '');
    expect(named((await collect({ olderThanMs: -1 })).kept)).toEqual([`log test.tool@v1/${name}`]);
  });
});
