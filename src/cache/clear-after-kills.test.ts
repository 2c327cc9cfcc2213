import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { claimName, newClaim } from './claim.js';
import { Layout } from './layout.js';
import { identifyProcess } from './process-identity.js';
import { hasRemains } from './remains.js';
import { acquisition, CacheRig, entryId } from './testing/rig.js';

// What ends a run: everything that killed processes left goes, and nothing of those that live.

let rig: CacheRig;
let root: string;
let layout: Layout;
beforeAll(async () => {
  rig = await CacheRig.create();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});
beforeEach(async () => {
  root = await rig.ownRoot();
  layout = new Layout(root);
  await using cache = await rig.open({ root });
  const acquired = await cache.acquire(entryId('used'), acquisition().options);
  if (acquired.kind === 'complete') throw new Error('the cache is not empty');
  await acquired.attempt.commit({ keyInputs: {}, durations: {}, origin: [] });
});

const living = identifyProcess(process.pid);
/** Its number is in use, but it started at another time, so it is gone. */
const dead = { ...living, startTime: '1' };
const elsewhere = { ...living, host: 'elsewhere' };
const claimOf = (who: typeof living): string => claimName(newClaim(who));

/** Uses what is complete, and ends. */
async function runThatHits(): Promise<void> {
  await using cache = await rig.open({ root });
  expect(await cache.find(entryId('used'))).toBeDefined();
}

/** One of everything that a process may leave. @returns the paths, relative to the root */
async function leave(who: typeof living): Promise<readonly string[]> {
  const claim = claimOf(who);
  const files = [`.VERSION.${claim}`, `locks/.prepared.${claim}.json`, `leases/${claim}`];
  const folders = [`.probe.${claim}/x`, `locks/.prepared.${claim}/${claim}`, `recipes/.partial.${claim}/r`];
  folders.push(`trash/${claim}/x`, `locks/some.lock-${claim}.lock/${claim}`);
  for (const path of [...files, ...folders]) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), '');
  }
  return [...files, ...folders];
}

async function thatAreLeft(paths: readonly string[]): Promise<readonly string[]> {
  const found = await rig.list(root);
  return paths.filter((path) => found.includes(path));
}

test('a run in which everything is complete clears away what a dead process left', async () => {
  const left = await leave(dead);
  await writeFile(join(layout.locks, 'gone.owner.json'), '{}');
  await mkdir(join(layout.locks, 'free.lock'));
  await runThatHits();
  expect(await thatAreLeft(left)).toEqual([]);
  for (const folder of ['locks', 'leases', 'trash', 'recipes']) expect(await readdir(join(root, folder))).toEqual([]);
  expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('what a dead process left can be seen, and what it had not deleted yet; of others nothing is seen', async () => {
  await leave(living);
  await leave(elsewhere);
  expect(hasRemains(root, process.pid)).toBe(false);
  for (const path of await leave(dead)) {
    await runThatHits();
    expect(hasRemains(root, process.pid)).toBe(false);
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), '');
    expect({ path, isSeen: hasRemains(root, process.pid) }).toEqual({ path, isSeen: true });
  }
});

test.each([
  ['that lives', living],
  ['of another machine', elsewhere],
])('it leaves everything of a process %s', async (_whose, who) => {
  const left = await leave(who);
  await runThatHits();
  expect(await thatAreLeft(left)).toEqual(left);
});

test('what is of before a restart of the machine goes when it is so old that nobody else can be at it', async () => {
  const left = (await leave({ ...living, bootId: 'an earlier one' })).filter((path) => !path.startsWith('trash/'));
  const tops = [
    ...new Set(
      left.map((path) =>
        path
          .split('/')
          .slice(0, path.startsWith('.') ? 1 : 2)
          .join('/'),
      ),
    ),
  ];
  await runThatHits();
  expect(await thatAreLeft(left)).toEqual(left);
  const old = new Date(2001, 0);
  for (const path of [...tops, ...left]) await utimes(join(root, path), old, old);
  await runThatHits();
  expect(await thatAreLeft(left)).toEqual([]);
});

test('a cache that is only looked after is left as it is', async () => {
  const left = await leave(dead);
  {
    await using cache = await rig.open({ root });
    await cache.verify();
    await cache.list();
    await cache.size();
  }
  expect(await thatAreLeft(left)).toEqual(left);
});

describe('the lock of a dead process leads to its entry', () => {
  async function holdAsDead(name: string): Promise<void> {
    const folder = join(layout.locks, `${layout.lockName(entryId(name))}.lock`);
    await mkdir(folder);
    await writeFile(join(folder, claimOf(dead)), '');
  }

  test('which is complete, and loses what only the work needed', async () => {
    const [{ folder, marker }] = layout.places(entryId('used'));
    for (const name of ['stage', 'tmp', 'fetch', 'attempt-3']) await mkdir(join(folder, name));
    await writeFile(`${marker}.0123.tmp`, '');
    await holdAsDead('used');
    await runThatHits();
    expect((await readdir(folder)).sort()).toEqual(['asset', 'complete.json', 'fingerprint.json']);
    expect(await readdir(layout.locks)).toEqual([]);
  });

  async function leaveHalf(): Promise<string> {
    const [{ folder }] = layout.places(entryId('half'));
    for (const name of ['asset', 'stage', 'fetch']) {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, 'file'), name);
    }
    await holdAsDead('half');
    return folder;
  }

  test('which is not, and keeps its downloads, in folders of another number', async () => {
    const folder = await leaveHalf();
    await runThatHits();
    expect(await rig.list(folder)).toEqual(['attempt-1', 'attempt-1/fetch', 'attempt-1/fetch/file']);
    expect(await readFile(join(folder, 'attempt-1', 'fetch', 'file'), 'utf8')).toBe('fetch');
    expect(await readdir(layout.locks)).toEqual([]);
  });

  test('which keeps nothing in the cache: its downloads go as well when no work is wanted any more', async () => {
    const folder = await leaveHalf();
    await runThatHits();
    await using cache = await rig.open({ root });
    await cache.dropWorkspace(entryId('half'));
    const left = await rig.list(folder);
    expect(left.filter((path) => !/^attempt-\d+$/.test(path))).toEqual([]);
    // The folders that are left are no work, which would be done again in every run.
    await cache.dropWorkspace(entryId('half'));
    expect(await rig.list(folder)).toEqual(left);
  });

  test('which keeps nothing in the cache, unless somebody is at work there', async () => {
    await using cache = await rig.open({ root });
    await using workspace = await cache.acquireWorkspace(entryId('half'), acquisition().options);
    await writeFile(join(workspace.folders.fetch, 'file'), '');
    await cache.dropWorkspace(entryId('half'));
    expect(await readdir(workspace.folders.fetch)).toEqual(['file']);
  });

  test('which keeps nothing in the cache, unless there is an entry of the name', async () => {
    await using cache = await rig.open({ root });
    await cache.dropWorkspace(entryId('used'));
    expect(await cache.find(entryId('used'))).toBeDefined();
  });

  test('which somebody may use, since an evictor may have hidden its marker: it stays', async () => {
    const folder = await leaveHalf();
    await writeFile(layout.lease(claimOf(living)), `${layout.lockName(entryId('half'))}\n`);
    await runThatHits();
    expect((await readdir(folder)).sort()).toEqual(['asset', 'fetch', 'stage']);
  });

  test('which is contested: it stays, for somebody may be at work there', async () => {
    const folder = await leaveHalf();
    const [{ contested }] = layout.places(entryId('half'));
    await writeFile(contested, '');
    await runThatHits();
    expect((await readdir(folder)).sort()).toEqual(['asset', 'fetch', 'stage']);
  });
});
