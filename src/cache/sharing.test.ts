import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { FettleError } from '../errors/index.js';
import type { Emit, EventBody } from '../events/index.js';
import { claimName } from './claim.js';
import type { Attempt, Cache, EntryId } from './index.js';
import { Layout, lockPaths, type LockPaths } from './layout.js';
import { identifyProcess } from './process-identity.js';
import { acquisition, CacheRig, entryId, type CacheProcess } from './testing/rig.js';

const RECORD = { keyInputs: {}, durations: {}, origin: [] };

let rig: CacheRig;
beforeAll(async () => {
  rig = await CacheRig.create();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

async function begin(cache: Cache, id: EntryId, changes: Parameters<typeof acquisition>[0] = {}): Promise<Attempt> {
  const acquired = await cache.acquire(id, acquisition(changes).options);
  if (acquired.kind !== 'attempt') throw new Error('the entry is complete already');
  return acquired.attempt;
}

function locksOf(id: EntryId): LockPaths {
  const layout = new Layout(rig.root);
  return lockPaths(layout.locks, layout.lockName(id));
}

/** A lock held by a process that this test makes up. */
async function plantLock(id: EntryId, changes: Record<string, unknown>): Promise<string> {
  const name = claimName({ ...identifyProcess(process.pid), token: 'planted', ...changes });
  await mkdir(locksOf(id).folder, { recursive: true });
  await writeFile(locksOf(id).claim(name), '');
  return locksOf(id).claim(name);
}

/** Resolves when an event of a kind comes. */
function signalled(): { reached: Promise<void>; on: (kind: EventBody['kind']) => Emit } {
  let resolve: () => void;
  const reached = new Promise<void>((done) => (resolve = done));
  const on = (kind: EventBody['kind']) => (event: EventBody) => {
    if (event.kind === kind) resolve();
  };
  return { reached, on };
}

/** Aborts when the waiter says that it waits. */
function abortWhenWaiting(): { changes: Parameters<typeof acquisition>[0]; controller: AbortController } {
  const controller = new AbortController();
  const emit = (event: { kind: string }): void => {
    if (event.kind === 'lock:wait') controller.abort(new Error('enough'));
  };
  return { changes: { emit, signal: controller.signal }, controller };
}

describe('many processes that want one entry', () => {
  test('build it exactly once, and all get the same asset', async () => {
    const id = entryId('stampede');
    const processes = await Promise.all(Array.from({ length: 6 }, () => rig.spawn()));
    const built: CacheProcess[] = [];
    const assets = await Promise.all(
      processes.map(async (one) => {
        const acquired = (await one.call({ kind: 'acquire', id })) as { kind: string; assetDir: string };
        if (acquired.kind === 'complete') return acquired.assetDir;
        built.push(one);
        await one.call({ kind: 'write', folder: 'asset', name: 'by', text: String(one.pid) });
        // Everyone else has to wait before this one goes on.
        await Promise.all(processes.filter((other) => other !== one).map((other) => other.event('lock:wait')));
        return one.call({ kind: 'commit' });
      }),
    );
    expect(built).toHaveLength(1);
    expect(new Set(assets).size).toBe(1);
    expect(await readFile(join(String(assets[0]), 'by'), 'utf8')).toBe(String(built[0]?.pid));
    await Promise.all(processes.map((one) => one.call({ kind: 'close' })));
    expect(await readdir(join(rig.root, 'locks'))).toEqual([]);
  });

  test('tell whom they wait for: process, phase and log', async () => {
    const id = entryId('owner');
    await using cache = await rig.open();
    await using attempt = await begin(cache, id, { logFile: '/logs/build.log' });
    attempt.setPhase('build');
    await using other = await rig.open();
    const { options, events } = acquisition({ lockTimeoutMs: 0 });
    // The record is written by another thread, which is asked until it has.
    for (let phase: unknown; phase !== 'build';) {
      const refused = await other.acquire(id, options).catch((error: unknown) => error as FettleError);
      expect(refused).toMatchObject({ code: 'E_LOCK_TIMEOUT', facts: { pid: process.pid, log: '/logs/build.log' } });
      phase = (refused as FettleError).facts['phase'];
    }
    expect(events).toEqual([]);
  });

  (process.platform === 'linux' ? test : test.skip)('are told where to see the end of the holder', async () => {
    const id = entryId('lifeline');
    await using cache = await rig.open();
    await using _attempt = await begin(cache, id);
    const [claim = ''] = await readdir(locksOf(id).folder);
    const { lifeline } = JSON.parse(await readFile(locksOf(id).claim(claim), 'utf8')) as { lifeline: number };
    expect((await stat(`/proc/${process.pid}/fd/${lifeline}`)).nlink).toBe(0);
  });

  test('do not build in turn what the first one gives up, but one of them takes its place', async () => {
    const id = entryId('gives-up');
    await using first = await rig.spawn();
    await using second = await rig.spawn();
    await first.call({ kind: 'acquire', id });
    await first.call({ kind: 'write', folder: 'fetch', name: 'archive', text: 'x' });
    const waiting = second.call({ kind: 'acquire', id }) as Promise<{ kind: string; folders: { fetch: string } }>;
    await second.event('lock:wait');
    await first.call({ kind: 'abandon' });
    const acquired = await waiting;
    expect(acquired.kind).toBe('attempt');
    expect(await readdir(acquired.folders.fetch)).toEqual(['archive']);
  });

  test('inside one process queue as well', async () => {
    const id = entryId('in-process');
    await using cache = await rig.open();
    const attempt = await begin(cache, id);
    const waiting = signalled();
    let settled = false;
    const second = cache.acquire(id, acquisition({ emit: waiting.on('lock:wait') }).options);
    void second.then(() => (settled = true));
    await waiting.reached;
    expect(settled).toBe(false);
    await attempt.commit(RECORD);
    expect((await second).kind).toBe('complete');
  });
});

describe('a process that is killed while it builds', () => {
  test('is replaced at once, its downloads are used and nothing else of it', async () => {
    const id = entryId('killed');
    const victim = await rig.spawn();
    const { folders } = (await victim.call({ kind: 'acquire', id })) as { folders: { asset: string } };
    await victim.call({ kind: 'write', folder: 'asset', name: 'half', text: 'x' });
    await victim.call({ kind: 'write', folder: 'stage', name: 'half', text: 'x' });
    await victim.call({ kind: 'write', folder: 'fetch', name: 'archive', text: 'x' });
    await victim.kill();

    await using cache = await rig.open();
    const { options, events } = acquisition({ lockTimeoutMs: 0 });
    const acquired = await cache.acquire(id, options);
    if (acquired.kind !== 'attempt') throw new Error('complete');
    expect(events).toEqual([
      expect.objectContaining({
        kind: 'lock:taken-over',
        certain: true,
        owner: expect.objectContaining({ pid: victim.pid }),
      }),
      expect.objectContaining({ kind: 'lock:acquired' }),
    ]);
    expect(await readdir(acquired.attempt.folders.fetch)).toEqual(['archive']);
    expect(await readdir(acquired.attempt.folders.asset)).toEqual([]);
    // What it has started may live on and write to the path it was given.
    expect(acquired.attempt.folders.asset).not.toBe(folders.asset);
    await expect(stat(folders.asset)).rejects.toMatchObject({ code: 'ENOENT' });
    const { assetDir } = await acquired.attempt.commit(RECORD);
    expect(await cache.find(id)).toMatchObject({ assetDir });
  });

  test('is replaced by exactly one of those who wait', async () => {
    const id = entryId('killed-with-queue');
    const victim = await rig.spawn();
    await victim.call({ kind: 'acquire', id });
    const others = await Promise.all(Array.from({ length: 4 }, () => rig.spawn()));
    let builders = 0;
    const running = others.map(async (other) => {
      const acquired = (await other.call({ kind: 'acquire', id })) as { kind: string };
      if (acquired.kind === 'complete') return;
      builders += 1;
      await other.call({ kind: 'commit' });
    });
    await Promise.all(others.map((other) => other.event('lock:wait')));
    await victim.kill();
    await Promise.all(running);
    expect(builders).toBe(1);
    expect(others.flatMap((other) => other.events).filter((event) => event.kind === 'lock:taken-over')).toHaveLength(1);
  });

  test('again and again still ends in a complete entry, with no lock and no trash left', async () => {
    const root = await rig.ownRoot();
    const id = entryId('killed-often');
    for (let round = 0; round < 4; round += 1) {
      const victim = await rig.spawn({ root });
      await victim.call({ kind: 'acquire', id });
      await victim.call({ kind: 'write', folder: 'asset', name: `half-${round}`, text: 'x' });
      await victim.kill();
    }
    await using last = await rig.spawn({ root });
    await last.call({ kind: 'acquire', id });
    const assetDir = String(await last.call({ kind: 'commit' }));
    await last.call({ kind: 'close' });
    expect(await readdir(assetDir)).toEqual([]);
    expect(await rig.list(join(root, 'locks'))).toEqual([]);
    expect(await rig.list(join(root, 'trash'))).toEqual([]);
  });

  test('after its commit has left a complete entry', async () => {
    const id = entryId('killed-late');
    const victim = await rig.spawn();
    await victim.call({ kind: 'acquire', id });
    const assetDir = await victim.call({ kind: 'commit' });
    await victim.kill();
    await using cache = await rig.open();
    expect(await cache.find(id)).toMatchObject({ assetDir });
  });
});

describe('a lock whose holder cannot be judged', () => {
  test('is waited for while it shows signs of life, and taken over when it does not', async () => {
    const id = entryId('silent');
    const claim = await plantLock(id, { host: 'elsewhere' });
    await using cache = await rig.open({ staleLockMs: 300 });
    const { options, events } = acquisition();
    const acquired = await cache.acquire(id, options);
    if (acquired.kind !== 'attempt') throw new Error('complete');
    expect(events.map((event) => event.kind)).toEqual(['lock:wait', 'lock:taken-over', 'lock:acquired']);
    expect(events[1]).toMatchObject({ certain: false, owner: { host: 'elsewhere' } });
    await expect(stat(claim)).rejects.toMatchObject({ code: 'ENOENT' });
    await acquired.attempt.abandon({ keepFetch: false });
  });

  test('keeps its folders: the new attempt has others, and whoever commits first wins', async () => {
    const id = entryId('contested');
    await using slow = await rig.open();
    await using quick = await rig.open({ staleLockMs: 100 });
    const slowEvents = acquisition();
    const acquired = await slow.acquire(id, slowEvents.options);
    if (acquired.kind !== 'attempt') throw new Error('complete');
    await writeFile(join(acquired.attempt.folders.asset, 'by'), 'slow');
    await makeForeign(id);
    const second = await begin(quick, id);
    expect(second.folders.asset).not.toBe(acquired.attempt.folders.asset);
    await writeFile(join(second.folders.asset, 'by'), 'quick');

    const winner = await second.commit(RECORD);
    const loser = await acquired.attempt.commit(RECORD);
    expect(loser.assetDir).toBe(winner.assetDir);
    expect(await readFile(join(loser.assetDir, 'by'), 'utf8')).toBe('quick');
    expect(slowEvents.events).toContainEqual({ kind: 'commit:lost', path: winner.assetDir });
    await expect(stat(acquired.attempt.folders.asset)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('wins over the one that took its lock when it commits first', async () => {
    const id = entryId('contested-slow-wins');
    await using slow = await rig.open();
    await using quick = await rig.open({ staleLockMs: 100 });
    const first = await begin(slow, id);
    await makeForeign(id);
    const second = await begin(quick, id);
    const winner = await first.commit(RECORD);
    expect((await second.commit(RECORD)).assetDir).toBe(winner.assetDir);
    expect(await slow.find(id)).toMatchObject({ assetDir: winner.assetDir });
  });

  test('leaves the old holder its folders even after the new one has given up', async () => {
    const id = entryId('contested-abandoned');
    await using slow = await rig.open();
    await using quick = await rig.open({ staleLockMs: 100 });
    const first = await begin(slow, id);
    await makeForeign(id);
    await (await begin(quick, id)).abandon({ keepFetch: true });
    const third = await begin(quick, id);
    expect(third.folders.asset).not.toBe(first.folders.asset);
    await writeFile(join(first.folders.asset, 'still'), 'here');
    await third.abandon({ keepFetch: true });
    await first.abandon({ keepFetch: true });
    await expect(stat(join(first.folders.asset, '..'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  /** Makes the standing claim look like one of another machine, as its waiters see it. */
  async function makeForeign(id: EntryId): Promise<void> {
    await rm(locksOf(id).folder, { recursive: true });
    await plantLock(id, { host: 'elsewhere' });
  }
});

describe('a lock of this machine', () => {
  const own = (): Record<string, unknown> => ({ host: hostname() });

  test('counts no more when its process number went to another process', async () => {
    const id = entryId('pid-reused');
    await plantLock(id, { startTime: '1' });
    await using cache = await rig.open();
    const { options, events } = acquisition({ lockTimeoutMs: 0 });
    expect((await cache.acquire(id, options)).kind).toBe('attempt');
    expect(events[0]).toMatchObject({ kind: 'lock:taken-over', certain: true });
  });

  test('counts no more when it is older than the last start of the machine', async () => {
    const id = entryId('rebooted');
    const claim = await plantLock(id, { bootId: 'earlier' });
    await utimes(claim, 1000, 1000);
    await using cache = await rig.open();
    expect((await cache.acquire(id, acquisition({ lockTimeoutMs: 0 }).options)).kind).toBe('attempt');
  });

  test('is of another machine with the same name when it was refreshed after the last start', async () => {
    const id = entryId('same-name');
    await plantLock(id, { ...own(), bootId: 'other' });
    await using cache = await rig.open();
    await expect(cache.acquire(id, acquisition({ lockTimeoutMs: 0 }).options)).rejects.toMatchObject({
      code: 'E_LOCK_TIMEOUT',
    });
  });

  test('is not judged across process namespaces', async () => {
    const id = entryId('namespace');
    await plantLock(id, { pidNamespace: '1', pid: 4_000_000 });
    await using cache = await rig.open();
    await expect(cache.acquire(id, acquisition({ lockTimeoutMs: 0 }).options)).rejects.toMatchObject({
      code: 'E_LOCK_TIMEOUT',
    });
  });

  test('that a killed release left as an empty folder is free', async () => {
    const id = entryId('half-released');
    await mkdir(locksOf(id).folder, { recursive: true });
    await using cache = await rig.open();
    const { options, events } = acquisition({ lockTimeoutMs: 0 });
    expect((await cache.acquire(id, options)).kind).toBe('attempt');
    expect(events).toEqual([expect.objectContaining({ kind: 'lock:acquired' })]);
  });
});

describe('waiting for a lock', () => {
  test('ends with E_LOCK_TIMEOUT and the owner when it takes too long', async () => {
    const id = entryId('timeout');
    await using holder = await rig.spawn();
    await holder.call({ kind: 'acquire', id });
    await using cache = await rig.open();
    await expect(cache.acquire(id, acquisition({ lockTimeoutMs: 50 }).options)).rejects.toMatchObject({
      code: 'E_LOCK_TIMEOUT',
      facts: { pid: holder.pid, log: '/log', lock: expect.stringContaining('test.tool@v1') },
    });
  });

  test('ends with the reason of an abort, and the lock is not taken later', async () => {
    const id = entryId('abort');
    await using cache = await rig.open();
    const attempt = await begin(cache, id);
    const { changes } = abortWhenWaiting();
    await expect(cache.acquire(id, acquisition(changes).options)).rejects.toThrow('enough');
    await attempt.abandon({ keepFetch: false });
    await (await begin(cache, id, { lockTimeoutMs: 0 })).abandon({ keepFetch: false });
  });

  test('does not begin when the signal was aborted before', async () => {
    await using cache = await rig.open();
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(cache.acquire(entryId('aborted'), acquisition({ signal }).options)).rejects.toThrow('too late');
    expect(await readdir(join(rig.root, 'assets', 'test.tool@v1'))).not.toContain('aborted');
  });
});

describe('the thread of the locks', () => {
  test('is named when it cannot start', async () => {
    await using cache = await rig.open({ lockWorker: new URL('nowhere.mjs', rig.lockWorker) });
    await expect(cache.acquire(entryId('no-thread'), acquisition().options)).rejects.toMatchObject({ code: 'E_CACHE' });
  });

  test('frees all locks and ends all waiting when the cache is closed', async () => {
    const id = entryId('closed');
    const cache = await rig.open();
    await begin(cache, id);
    const waiting = signalled();
    const second = cache.acquire(id, acquisition({ emit: waiting.on('lock:wait') }).options);
    const refused = expect(second).rejects.toThrow('closed');
    await waiting.reached;
    await cache[Symbol.asyncDispose]();
    await refused;
    await using next = await rig.open();
    await (await begin(next, id, { lockTimeoutMs: 0 })).abandon({ keepFetch: false });
  });
});

describe('a lock that is lost', () => {
  test('is told of, and the commit goes on', async () => {
    const id = entryId('lost');
    await using cache = await rig.open({ staleLockMs: 100 });
    const lost = signalled();
    const held = await begin(cache, id, { emit: lost.on('lock:lost') });
    await rm(locksOf(id).folder, { recursive: true });
    await lost.reached;
    const { assetDir } = await held.commit(RECORD);
    expect(await cache.find(id)).toMatchObject({ assetDir });
  });
});

describe('a process that holds a lock', () => {
  test('is not kept alive by it, and the next one need not wait', async () => {
    const id = entryId('forgotten');
    const careless = await rig.spawn();
    await careless.call({ kind: 'acquire', id });
    expect(await careless.leave()).toBe(0);
    await using cache = await rig.open();
    await (await begin(cache, id, { lockTimeoutMs: 0 })).abandon({ keepFetch: false });
  });
});

describe('a workspace', () => {
  test('is gone afterwards with all that was in it, and cannot commit', async () => {
    const id = entryId('workspace', { identity: 'test.workspace@v1' });
    await using cache = await rig.open();
    {
      await using workspace = await cache.acquireWorkspace(id, acquisition().options);
      await writeFile(join(workspace.folders.fetch, 'archive'), 'x');
      await expect(workspace.commit(RECORD)).rejects.toThrow('cannot commit');
    }
    expect(await readdir(join(rig.root, 'assets'))).not.toContain('test.workspace@v1');
  });

  test('is exclusive', async () => {
    const id = entryId('workspace-held');
    await using cache = await rig.open();
    await using _held = await cache.acquireWorkspace(id, acquisition().options);
    await expect(cache.acquireWorkspace(id, acquisition({ lockTimeoutMs: 0 }).options)).rejects.toMatchObject({
      code: 'E_LOCK_TIMEOUT',
    });
  });

  test('never touches a complete entry', async () => {
    const id = entryId('workspace-beside-entry');
    await using cache = await rig.open();
    const { assetDir } = await (await begin(cache, id)).commit(RECORD);
    await (await cache.acquireWorkspace(id, acquisition().options)).abandon({ keepFetch: true });
    expect(await cache.find(id)).toMatchObject({ assetDir });
  });
});
