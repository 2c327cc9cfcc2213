import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventBody } from '../events/index.js';
import { claimName } from './claim.js';
import { Layout } from './layout.js';
import { identifyProcess } from './process-identity.js';
import { acquisition, CacheRig, entryId } from './testing/rig.js';
import { testHost } from './testing/test-host.js';

const RECORD = { keyInputs: {}, durations: {}, origin: [] };
const NEVER = new AbortController().signal;
const silent = (): void => undefined;

let rig: CacheRig;
beforeAll(async () => {
  rig = await CacheRig.create();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe('a stored recipe', () => {
  test('is there when its content is whole, under its digest', async () => {
    await using cache = await rig.open({ noFsync: false });
    expect(await cache.findRecipe('sha256-a/b')).toBeUndefined();
    const folder = await cache.storeRecipe(
      'sha256-a/b',
      (to) => writeFile(join(to, 'recipe.lua'), '--'),
      silent,
      NEVER,
    );
    expect(await cache.findRecipe('sha256-a/b')).toBe(folder);
    expect(await readdir(folder)).toEqual(['recipe.lua']);
  });

  test('is not filled again', async () => {
    await using cache = await rig.open();
    const fill = (text: string) => (to: string) => writeFile(join(to, 'recipe.lua'), text);
    await cache.storeRecipe('again', fill('first'), silent, NEVER);
    const folder = await cache.storeRecipe('again', () => Promise.reject(new Error('filled twice')), silent, NEVER);
    expect(await readFile(join(folder, 'recipe.lua'), 'utf8')).toBe('first');
  });

  test('has one winner when two fill it at once, and the loser leaves nothing', async () => {
    const root = await rig.ownRoot();
    await using cache = await rig.open({ root });
    const events: EventBody[] = [];
    const folder = await cache.storeRecipe(
      'raced',
      async (to) => {
        await writeFile(join(to, 'by'), 'slow');
        await cache.storeRecipe('raced', (other) => writeFile(join(other, 'by'), 'quick'), silent, NEVER);
      },
      (event) => void events.push(event),
      NEVER,
    );
    expect(await readFile(join(folder, 'by'), 'utf8')).toBe('quick');
    expect(events).toEqual([{ kind: 'commit:lost', path: folder }]);
    expect(await readdir(join(root, 'recipes'))).toEqual(['raced']);
  });

  test('is not there when filling it failed or was aborted', async () => {
    await using cache = await rig.open();
    const controller = new AbortController();
    await expect(cache.storeRecipe('failed', () => Promise.reject(new Error('no net')), silent, NEVER)).rejects.toThrow(
      'no net',
    );
    const abort = async (): Promise<void> => controller.abort(new Error('stop'));
    await expect(cache.storeRecipe('stopped', abort, silent, controller.signal)).rejects.toThrow('stop');
    expect(await cache.findRecipe('failed')).toBeUndefined();
    expect(await cache.findRecipe('stopped')).toBeUndefined();
  });

  test('leaves no half of a killed process behind for long', async () => {
    const root = await rig.ownRoot();
    await using cache = await rig.open({ root });
    const orphan = new Layout(root).partialRecipe(claimName({ ...identifyProcess(2 ** 30), token: 'dead' }));
    await mkdir(orphan);
    await cache.storeRecipe('next', (to) => writeFile(join(to, 'recipe.lua'), '--'), silent, NEVER);
    expect(await readdir(join(root, 'recipes'))).toEqual(['next']);
  });
});

describe('a new log', () => {
  const DEAD = 2 ** 30;

  test('has a name that tells key, time and process, and a folder when it is made', async () => {
    await using cache = await rig.open({
      host: testHost({ pid: 42, now: () => Date.UTC(2026, 0, 31, 23, 59, 59, 123) }),
    });
    const id = entryId('log', { identity: 'test.log@v1' });
    const log = cache.newLog(id);
    const path = log.choosePath();
    expect(path).toBe(join(rig.root, 'logs', 'test.log@v1', `${id.key.slice(0, 16)}-20260131T235959123-42.log`));
    expect(await readdir(join(rig.root, 'logs'))).not.toContain('test.log@v1');
    await log.makeRoom();
    await writeFile(path, '');
    expect(cache.newLog(id).choosePath()).toBe(path.replace(/\.log$/, '-2.log'));
  });

  test('pushes out the oldest ones of ended processes, never those of living ones', async () => {
    const id = entryId('logs', { identity: 'test.logs@v1' });
    for (let time = 0; time < 14; time += 1) {
      await using cache = await rig.open({
        host: testHost({ pid: time === 3 ? process.pid : DEAD + time, now: () => time }),
      });
      const log = cache.newLog(id);
      await log.makeRoom();
      await writeFile(log.choosePath(), String(time));
    }
    const folder = join(rig.root, 'logs', 'test.logs@v1');
    const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
    expect(texts.map(Number).sort((left, right) => left - right)).toEqual([3, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });
});

describe('the size of a cache', () => {
  test('tells what takes the room', async () => {
    const root = await rig.ownRoot();
    await using cache = await rig.open({ root });
    const empty = await cache.size();
    expect(empty.entries).toBe(0);
    const acquired = await cache.acquire(entryId('big'), acquisition().options);
    if (acquired.kind !== 'attempt') throw new Error('complete');
    await writeFile(join(acquired.attempt.folders.asset, 'data'), Buffer.alloc(100_000));
    await acquired.attempt.commit(RECORD);
    await writeFile(join(root, 'downloads', 'archive'), Buffer.alloc(50_000));
    const size = await cache.size();
    expect(size.entries).toBe(1);
    expect(size.assets - empty.assets).toBeGreaterThanOrEqual(100_000);
    expect(size.downloads - empty.downloads).toBeGreaterThanOrEqual(50_000);
    expect(size.assets + size.recipes + size.downloads + size.other).toBe(size.bytes);
  });
});

/** Two entries and a recipe, made by a process that has ended. */
async function fill(root: string): Promise<void> {
  await using cache = await rig.open({ root });
  for (const name of ['one', 'two']) {
    const acquired = await cache.acquire(entryId(name), acquisition().options);
    if (acquired.kind !== 'attempt') throw new Error('complete');
    await writeFile(join(acquired.attempt.folders.asset, 'data'), Buffer.alloc(10_000));
    await acquired.attempt.commit(RECORD);
  }
  await cache.storeRecipe('recipe', (to) => writeFile(join(to, 'recipe.lua'), '--'), silent, NEVER);
}

describe('clearing a cache', () => {
  test('removes everything that nobody holds or uses, and says what it freed', async () => {
    const root = await rig.ownRoot();
    await fill(root);
    await using cache = await rig.open({ root });
    await writeFile(join(root, 'downloads', 'archive'), Buffer.alloc(10_000));
    await mkdir(join(root, 'quarantine', 'broken'), { recursive: true });
    const { bytesFreed, kept } = await cache.clear();
    expect(kept).toEqual([]);
    expect(bytesFreed).toBeGreaterThanOrEqual(30_000);
    expect(await rig.list(root)).toEqual([
      ...['CACHEDIR.TAG', 'VERSION', 'assets', 'downloads', 'file-system.json', 'leases', 'locks', 'logs', 'recipes'],
      'trash',
    ]);
    expect(await cache.find(entryId('one'))).toBeUndefined();
  });

  test('keeps entries and recipes that a running process uses, until it ends', async () => {
    const root = await rig.ownRoot();
    await fill(root);
    const user = await rig.spawn({ root });
    await user.call({ kind: 'acquire', id: entryId('one') });
    await user.call({ kind: 'store-recipe', digest: 'recipe' });
    await using cache = await rig.open({ root });
    const short = entryId('one').key.slice(0, 16);
    expect((await cache.clear()).kept).toEqual([`test.tool@v1/linux-x86_64-${short}`, 'recipes/recipe']);
    await user.kill();
    expect((await cache.clear()).kept).toEqual([]);
    for (const folder of ['assets', 'recipes', 'leases']) expect(await readdir(join(root, folder))).toEqual([]);
  });

  test('keeps what another process builds, and what such a process may need', async () => {
    const root = await rig.ownRoot();
    await using cache = await rig.open({ root });
    await using builder = await rig.spawn({ root });
    await builder.call({ kind: 'acquire', id: entryId('held') });
    await builder.call({ kind: 'write', folder: 'asset', name: 'half', text: 'x' });
    const { kept } = await cache.clear();
    expect(kept).toEqual([expect.stringMatching(/^test\.tool@v1\/linux-x86_64-/), 'recipes', 'downloads', 'logs']);
    expect(await builder.call({ kind: 'commit' })).toEqual(expect.any(String));
  });

  test('removes what killed processes left: locks, half entries, trash', async () => {
    const root = await rig.ownRoot();
    await using cache = await rig.open({ root });
    const victim = await rig.spawn({ root });
    await victim.call({ kind: 'acquire', id: entryId('half') });
    await victim.kill();
    await mkdir(join(root, 'trash', 'old'));
    await mkdir(join(root, 'locks', `.prepared.${claimName({ ...identifyProcess(2 ** 30), token: 'dead' })}`));
    expect((await cache.clear()).kept).toEqual([]);
    for (const folder of ['assets', 'locks', 'trash']) expect(await readdir(join(root, folder))).toEqual([]);
  });

  test('is fine with a cache from which folders were removed by hand', async () => {
    const root = await rig.ownRoot();
    await using cache = await rig.open({ root });
    for (const folder of ['assets', 'locks', 'recipes', 'trash']) await rm(join(root, folder), { recursive: true });
    expect((await cache.clear()).kept).toEqual([]);
    await expect(stat(join(root, 'recipes'))).resolves.toBeDefined();
  });
});
