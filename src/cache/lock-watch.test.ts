import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rename, rm, rmdir, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockWatch } from './lock-watch.js';
import { Pause } from './pause.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
  await writeFile(join(folder, 'claim'), '');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a lock that is watched', () => {
  test.each([
    ['its claim goes', () => unlink(join(folder, 'claim'))],
    ['its claim changes hands', () => rename(join(folder, 'claim'), join(folder, 'other'))],
  ])('tells when %s', async (_what, act) => {
    const pause = new Pause();
    using watch = new LockWatch(folder, () => {
      pause.wake();
    });
    expect(watch.isWatching).toBe(true);
    await act();
    expect(await pause.wait(60_000)).toBe(true);
    expect([watch.hasChanged, watch.foundNothing]).toEqual([true, false]);
  });

  test('says nothing of a heartbeat', async () => {
    const told: string[] = [];
    const pause = new Pause();
    using _watch = new LockWatch(folder, () => {
      told.push('change');
      pause.wake();
    });
    await utimes(join(folder, 'claim'), 1, 1);
    // Events come in order: that of the heartbeat would come before this one.
    await unlink(join(folder, 'claim'));
    await pause.wait(60_000);
    expect(told).toEqual(['change']);
  });

  test('is not watched when it is not there', async () => {
    await unlink(join(folder, 'claim'));
    await rmdir(folder);
    using watch = new LockWatch(folder, () => undefined);
    expect([watch.isWatching, watch.foundNothing]).toEqual([false, true]);
  });
});

describe('a pause', () => {
  test('ends at once when it was woken before it began, and only once', async () => {
    const pause = new Pause();
    pause.wake();
    expect([await pause.wait(60_000), await pause.wait(1)]).toEqual([true, false]);
  });

  test('that is cancelled never lasts', async () => {
    const pause = new Pause();
    pause.cancel();
    await pause.wait(60_000);
    await pause.wait(60_000);
    expect(pause.cancelled).toBe(true);
  });
});
