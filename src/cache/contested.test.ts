import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { access, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClaimAttempt } from './claim-attempt.js';
import { claimName } from './claim.js';
import type { Attempt, Cache, EntryId } from './index.js';
import { Layout, lockPaths, type EntryPlace, type LockPaths } from './layout.js';
import { tidyLocks } from './lock-listing.js';
import { identifyProcess } from './process-identity.js';
import { acquisition, CacheRig, entryId } from './testing/rig.js';
import { Trash } from './trash.js';
import { prepareFolders } from './work-folders.js';

// What docs/model/entry.pml says of holders that were stopped or killed at a bad moment.

const RECORD = { keyInputs: {}, durations: {}, origin: [] };
const MOST_CALLS = 100;
const DAY = 24 * 60 * 60 * 1000;
const ID = entryId('wanted');

let rig: CacheRig;
beforeAll(async () => {
  rig = await CacheRig.create();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

let root: string;
let layout: Layout;
let place: EntryPlace;
beforeEach(async () => {
  root = await rig.ownRoot();
  layout = new Layout(root);
  place = layout.places(ID)[0];
});

async function begin(cache: Cache, id: EntryId = ID): Promise<Attempt> {
  const acquired = await cache.acquire(id, acquisition().options);
  if (acquired.kind !== 'attempt') throw new Error('the entry is complete already');
  return acquired.attempt;
}

/** A cache that believes at once that a silent holder is gone. */
const openHasty = (): Promise<Cache> => rig.open({ root, staleLockMs: 1 });

const locks = (): LockPaths => lockPaths(layout.locks, layout.lockName(ID));

/** The lock is held on another machine, by a process that was stopped right after it had got it. */
async function holdElsewhere(): Promise<string> {
  const claim = claimName({ ...identifyProcess(process.pid), host: 'elsewhere', token: 'silent' });
  await mkdir(locks().folder, { recursive: true });
  await writeFile(locks().claim(claim), '');
  return claim;
}

const numberOf = ({ folders }: Attempt): number => Number(/attempt-(\d+)/.exec(folders.asset)?.[1] ?? 0);

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe('a marker whose asset was removed', () => {
  test('vouches for nothing that the next attempt makes, until that is complete', async () => {
    await using cache = await rig.open({ root });
    const { assetDir } = await (await begin(cache)).commit(RECORD);
    await rm(assetDir, { recursive: true });
    const attempt = await begin(cache);
    expect(await cache.find(ID)).toBeUndefined();
    await writeFile(join(attempt.folders.asset, 'tool'), 'new');
    const complete = await attempt.commit(RECORD);
    expect(await readFile(join(complete.assetDir, 'tool'), 'utf8')).toBe('new');
    expect(await cache.find(ID)).toMatchObject({ assetDir: complete.assetDir });
  });

  test('gets no folder of that name after a kill either', async () => {
    await using cache = await rig.open({ root });
    const { assetDir } = await (await begin(cache)).commit(RECORD);
    const marker = JSON.parse(await readFile(place.marker, 'utf8')) as object;
    await writeFile(place.marker, JSON.stringify({ ...marker, asset: 'attempt-1/asset' }));
    const victim = await rig.spawn({ root });
    await victim.call({ kind: 'acquire', id: ID });
    await victim.kill();
    await using attempt = await begin(cache);
    expect(numberOf(attempt)).toBeGreaterThan(1);
    expect(await cache.find(ID)).toBeUndefined();
    expect(await isThere(assetDir)).toBe(false);
  });
});

describe('attempts that may be at work together', () => {
  test('never get the folders that a holder is about to make who was stopped before it did', async () => {
    await holdElsewhere();
    await using cache = await openHasty();
    await using attempt = await begin(cache);
    expect(numberOf(attempt)).toBe(1);
  });

  test('get a folder each, even when they make them at the same time', async () => {
    await (await rig.open({ root }))[Symbol.asyncDispose]();
    const takeOver = { entry: place, takeover: 'uncertain', keepFetch: true, handsOff: false } as const;
    const trash = new Trash(layout, process.pid);
    const made = await Promise.all(Array.from({ length: 5 }, () => prepareFolders({ ...takeOver, trash })));
    expect(new Set(made.map((one) => one.place.base)).size).toBe(5);
    expect(made.map((one) => one.place.base)).not.toContain(place.folder);
  });
});

describe('the mark of a contested entry', () => {
  test('comes before the lock changes hands', async () => {
    const silent = await holdElsewhere();
    // Nothing can be written under that name.
    await mkdir(locks().contested);
    const attempt = new ClaimAttempt(locks(), { name: 'mine', record: '' }, identifyProcess(process.pid), 0);
    expect(() => attempt.try()).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(await readdir(locks().folder)).toEqual([silent]);
  });

  test('is there whenever the new holder is killed', async () => {
    let killedAfter = 0;
    // How often a waiter looks before it takes the lock varies, so the first that lives is not the last to be tried.
    for (let call = 1, alive = 0; alive < 4; call += 1) {
      await rm(root, { recursive: true });
      const silent = await holdElsewhere();
      const killed = await acquireUntilKilled(call);
      if (!(await isThere(locks().claim(silent)))) {
        if (killed) killedAfter += 1;
        expect(await isThere(place.contested)).toBe(true);
      }
      if (!killed) alive += 1;
      expect(call).toBeLessThan(MOST_CALLS);
    }
    expect(killedAfter).toBeGreaterThan(0);
  }, 120_000);

  test('stays when the one that has taken the lock leaves nothing', async () => {
    await holdElsewhere();
    await using cache = await openHasty();
    await (await begin(cache)).abandon({ keepFetch: false });
    expect(await isThere(place.folder)).toBe(false);
    expect(await isThere(place.contested)).toBe(true);
    await using next = await begin(cache);
    expect(numberOf(next)).toBe(1);
  });

  test('keeps damaged markers from being repaired, and a commit says so', async () => {
    await holdElsewhere();
    await mkdir(place.folder, { recursive: true });
    await writeFile(place.marker, '{"version":');
    await using cache = await openHasty();
    const attempt = await begin(cache);
    await expect(attempt.commit(RECORD)).rejects.toMatchObject({ code: 'E_CACHE', facts: { path: place.marker } });
    await attempt.abandon({ keepFetch: false });
    expect(await readFile(place.marker, 'utf8')).toBe('{"version":');
    expect((await cache.verify({ repair: true })).entries).toMatchObject([{ status: 'in-use' }]);
  });

  /** @returns false when the lock was got before that call came */
  async function acquireUntilKilled(call: number): Promise<boolean> {
    await using worker = await rig.spawn({ root, staleLockMs: 1, dieAt: { thread: 'locks', call } });
    try {
      await worker.call({ kind: 'acquire', id: ID });
      return false;
    } catch (error) {
      expect(String(error)).toContain('SIGKILL');
      return true;
    }
  }
});

describe('after a holder was killed, whose child processes may live on', () => {
  test('its folders are not used again, though the next one has tidied up', async () => {
    await using cache = await rig.open({ root });
    await killBuilder();
    const numbers: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const attempt = await begin(cache);
      numbers.push(numberOf(attempt));
      await writeFile(join(attempt.folders.fetch, 'archive'), 'x');
      await attempt.abandon({ keepFetch: round < 2 });
    }
    expect(numbers).toEqual([1, 2, 3]);
  });

  test('the downloads of a later one are used all the same', async () => {
    await using cache = await rig.open({ root });
    await killBuilder();
    const second = await begin(cache);
    await writeFile(join(second.folders.fetch, 'archive'), 'x');
    await second.abandon({ keepFetch: true });
    await using third = await begin(cache);
    expect(await readdir(third.folders.fetch)).toEqual(['archive']);
    expect((await readdir(place.folder)).sort()).toEqual(['attempt-2']);
  });

  test('they are not used again when its lock was tidied up by somebody else', async () => {
    await using cache = await rig.open({ root });
    await killBuilder();
    await tidyLocks(layout, process.pid);
    await using attempt = await begin(cache);
    expect(numberOf(attempt)).toBe(1);
  });

  test('the numbers end with a complete entry', async () => {
    await using cache = await rig.open({ root });
    await killBuilder();
    const { assetDir } = await (await begin(cache)).commit(RECORD);
    expect(assetDir).toBe(join(place.folder, 'attempt-1', 'asset'));
    expect((await readdir(place.folder)).sort()).toEqual(['attempt-1', 'complete.json']);
  });

  async function killBuilder(): Promise<void> {
    const victim = await rig.spawn({ root });
    await victim.call({ kind: 'acquire', id: ID });
    await victim.kill();
  }
});

describe('clearing away where somebody may still be at work unseen', () => {
  test.each(['complete', 'incomplete'])('keeps an entry that is %s for a day, and says so', async (state) => {
    await holdElsewhere();
    {
      await using cache = await openHasty();
      const attempt = await begin(cache);
      await writeFile(join(attempt.folders.asset, 'tool'), 'x');
      if (state === 'complete') await attempt.commit(RECORD);
      // The silent one comes to life.
      await mkdir(join(place.folder, 'asset'), { recursive: true });
    }
    const name = `${ID.identity}/${place.folder.slice(dirname(place.folder).length + 1)}`;
    await using cache = await rig.open({ root });
    expect((await cache.clear()).kept).toContain(name);
    const collection = await cache.collect({ maxBytes: 0 });
    expect(collection.removed).toEqual([]);
    expect(collection.kept.map((item) => item.name)).toContain(name);
    expect((await cache.collect({ maxBytes: 0, dryRun: true })).kept).toEqual(collection.kept);
    expect(await isThere(join(place.folder, 'asset'))).toBe(true);

    const past = new Date(Date.now() - 2 * DAY);
    await utimes(place.contested, past, past);
    expect((await cache.clear()).kept).toEqual([]);
    expect([await isThere(place.folder), await isThere(place.contested)]).toEqual([false, false]);
  });
});
