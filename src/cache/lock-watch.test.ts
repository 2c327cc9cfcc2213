import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rename, rm, rmdir, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announceNews, LockWatch } from './lock-watch.js';
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
    using watch = new LockWatch(folder, {
      onChange: () => {
        pause.wake();
      },
      onNews: () => undefined,
    });
    expect(watch.isWatching).toBe(true);
    await act();
    expect(await pause.wait(60_000)).toBe(true);
    expect([watch.hasChanged, watch.foundNothing]).toEqual([true, false]);
  });

  test('says nothing of a heartbeat, but that its holder has news', async () => {
    const told: string[] = [];
    const pause = new Pause();
    using _watch = new LockWatch(folder, {
      onChange: () => {
        told.push('change');
        pause.wake();
      },
      onNews: () => told.push('news'),
    });
    await utimes(join(folder, 'claim'), 1, 1);
    announceNews(folder);
    // Events come in order: that of the heartbeat would come before this one.
    await unlink(join(folder, 'claim'));
    await pause.wait(60_000);
    expect(told).toEqual(['news', 'change']);
  });

  test('that is gone has no news, which is no failure', async () => {
    await rm(folder, { recursive: true });
    expect(() => {
      announceNews(folder);
    }).not.toThrow();
  });

  test('is not watched when it is not there', async () => {
    await unlink(join(folder, 'claim'));
    await rmdir(folder);
    using watch = new LockWatch(folder, { onChange: () => undefined, onNews: () => undefined });
    expect([watch.isWatching, watch.foundNothing]).toEqual([false, true]);
  });
});
