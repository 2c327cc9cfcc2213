import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { leaseAssets, type Cache } from './index.js';
import { claimName, newClaim } from './claim.js';
import { evictEntry } from './evict.js';
import { listEntries } from './entry-listing.js';
import { Layout } from './layout.js';
import { leasedNames } from './lease-listing.js';
import { identifyProcess } from './process-identity.js';
import { acquisition, CacheRig, entryId } from './testing/rig.js';
import { testHost } from './testing/test-host.js';

const HOUR = 60 * 60 * 1000;

let rig: CacheRig;
beforeAll(async () => {
  rig = await CacheRig.create();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

let root: string;
let layout: Layout;
beforeEach(async () => {
  root = await rig.ownRoot();
  layout = new Layout(root);
});

const leased = (): Promise<string[]> => leasedNames(layout, process.pid).then((names) => [...names].sort());
const files = (): Promise<string[]> => readdir(layout.leases);

async function build(cache: Cache, name: string): Promise<string> {
  const acquired = await cache.acquire(entryId(name), acquisition().options);
  if (acquired.kind !== 'attempt') throw new Error('complete');
  await writeFile(join(acquired.attempt.folders.asset, 'data'), name);
  return (await acquired.attempt.commit({ keyInputs: {}, durations: {}, origin: [] })).assetDir;
}

describe('a process that uses a cache', () => {
  test('has one lease, which names all that it looked for, until it closes the cache', async () => {
    const cache = await rig.open({ root });
    expect(await files()).toEqual([]);
    await build(cache, 'one');
    await cache.find(entryId('two'));
    await cache.find(entryId('two'));
    await cache.findRecipe('a/b');
    expect(await files()).toHaveLength(1);
    expect(await leased()).toEqual(['recipes/a%2fb', layout.lockName(entryId('one')), layout.lockName(entryId('two'))]);
    await cache[Symbol.asyncDispose]();
    expect(await files()).toEqual([]);
  });

  test('makes the folder for leases where an earlier version made the cache', async () => {
    await using cache = await rig.open({ root });
    await rm(layout.leases, { recursive: true });
    await cache.find(entryId('one'));
    expect(await files()).toHaveLength(1);
  });

  test('finds entries all the same where no lease can be written', async () => {
    await using builder = await rig.open({ root });
    await build(builder, 'one');
    await using cache = await rig.open({ root });
    await rm(layout.leases, { recursive: true });
    await writeFile(layout.leases, 'in the way');
    expect(await cache.find(entryId('one'))).toBeDefined();
    expect(await cache.find(entryId('one'))).toBeDefined();
  });

  test('leaves a lease behind when it is killed, which counts no more and is removed', async () => {
    const user = await rig.spawn({ root });
    await user.call({ kind: 'acquire', id: entryId('one') });
    expect(await leased()).toEqual([layout.lockName(entryId('one'))]);
    await user.kill();
    expect(await leased()).toEqual([]);
    expect(await files()).toEqual([]);
  });
});

describe('the lease of a process that cannot be seen from here', () => {
  const foreign = (): string => layout.lease(claimName(newClaim({ ...identifyProcess(1), host: 'elsewhere' })));

  test('counts while it is fresh, and no more when it was silent for a day', async () => {
    await mkdir(layout.leases, { recursive: true });
    const path = foreign();
    await writeFile(path, 'far\n');
    expect(await leased()).toEqual(['far']);
    const yesterday = new Date(Date.now() - 25 * HOUR);
    await utimes(path, yesterday, yesterday);
    expect(await leased()).toEqual([]);
    expect(await files()).toEqual([]);
  });

  test('is not told from other files by guessing', async () => {
    await mkdir(layout.leases, { recursive: true });
    await writeFile(join(layout.leases, 'README'), 'notes\n');
    expect(await leased()).toEqual([]);
    expect(await files()).toEqual(['README']);
  });
});

describe('leasing assets by their folders', () => {
  let child: ChildProcess;
  afterEach(() => {
    child.kill('SIGKILL');
  });

  test('lasts as long as the process it was handed to, even if the lease is never given back', async () => {
    const cache = await rig.open({ root });
    const assetDir = await build(cache, 'one');
    await cache[Symbol.asyncDispose]();
    child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const lease = leaseAssets([assetDir, '/usr', '/elsewhere/asset'], testHost());
    expect(await leased()).toEqual([layout.lockName(entryId('one'))]);
    lease.handOver(child.pid!);
    expect(await files()).toEqual([expect.stringContaining(`~${child.pid}~`)]);
    expect(await leased()).toEqual([layout.lockName(entryId('one'))]);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(await leased()).toEqual([]);
    lease[Symbol.dispose]();
  });

  test('is given back, and counts as a use', async () => {
    const cache = await rig.open({ root });
    const assetDir = await build(cache, 'one');
    await cache[Symbol.asyncDispose]();
    const now = Date.now() + 5 * HOUR;
    const lease = leaseAssets([assetDir], testHost({ now: () => now }));
    lease[Symbol.dispose]();
    expect(await files()).toEqual([]);
    expect(Math.round((await stat(join(assetDir, '..', 'last-used'))).mtimeMs)).toBe(now);
  });
});

describe('evicting an entry', () => {
  test('gives the marker back when a process turns up that uses it just then', async () => {
    const builder = await rig.open({ root });
    await build(builder, 'one');
    await builder[Symbol.asyncDispose]();
    await using user = await rig.open({ root });
    const [entry] = await listEntries(layout);
    // A lock whose taking lets the other process write its lease: after the first look for leases, before the last.
    const locks = {
      tryLock: async () => {
        expect(await user.find(entryId('one'))).toBeDefined();
        return { [Symbol.asyncDispose]: () => Promise.resolve() };
      },
    };
    const trash = { discard: () => Promise.reject(new Error('must not be removed')) };
    const parts = { layout, locks, trash, pid: process.pid } as unknown as Parameters<typeof evictEntry>[0];
    expect(await evictEntry(parts, entry!)).toBe(false);
    expect(await user.find(entryId('one'))).toBeDefined();
    expect((await readdir(entry!.place.folder)).sort()).toEqual(['asset', 'complete.json', 'fingerprint.json']);
  });
});

describe('the last use of an entry', () => {
  const lastUse = async (assetDir: string): Promise<number> =>
    Math.round((await stat(join(assetDir, '..', 'last-used'))).mtimeMs);

  test('is recorded by a hit, at most once an hour', async () => {
    const start = Date.now();
    let now = start;
    await using cache = await rig.open({ root, host: testHost({ now: () => now }) });
    const assetDir = await build(cache, 'one');
    now += HOUR - 1;
    await cache.find(entryId('one'));
    await expect(lastUse(assetDir)).rejects.toMatchObject({ code: 'ENOENT' });
    now += 1;
    await cache.find(entryId('one'));
    expect(await lastUse(assetDir)).toBe(start + HOUR);
    now += HOUR - 1;
    await cache.acquire(entryId('one'), acquisition().options);
    expect(await lastUse(assetDir)).toBe(start + HOUR);
    now += 1;
    await cache.acquire(entryId('one'), acquisition().options);
    expect(await lastUse(assetDir)).toBe(start + 2 * HOUR);
    expect((await cache.list())[0]).toMatchObject({ lastUsed: start + 2 * HOUR, completedAt: start, path: assetDir });
  });

  test('is no reason to fail', async () => {
    let now = Date.now();
    await using cache = await rig.open({ root, host: testHost({ now: () => now }) });
    const assetDir = await build(cache, 'one');
    await mkdir(join(assetDir, '..', 'last-used'));
    now += 2 * HOUR;
    expect(await cache.find(entryId('one'))).toBeDefined();
  });
});
