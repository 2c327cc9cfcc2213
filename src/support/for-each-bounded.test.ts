import { describe, expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { forEachBounded } from './for-each-bounded.js';

describe('work on every item', () => {
  test('is done for each once, never for more than the limit at a time, and each is asked for when its turn has come', async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    function* items(): Generator<number, void> {
      for (let item = 0; item < 20; item += 1) {
        // Of those before it at least so many have ended.
        expect(done.length).toBeGreaterThanOrEqual(item - 2);
        yield item;
      }
    }
    await forEachBounded(items(), 3, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
      done.push(item);
    });
    expect(done.sort((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(most).toBe(3);
  });

  test('ends with the first failure, when what has begun has ended; nothing more is begun', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const working = forEachBounded([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      if (item === 0) throw new Error('no');
      await turn();
      ended.push(item);
    });
    await expect(working).rejects.toThrow('no');
    expect([begun, ended]).toEqual([[0, 1], [1]]);
  });

  test('ends with what the items fail with', async () => {
    const worked: number[] = [];
    function* items(): Generator<number, void> {
      yield 1;
      throw new Error('no more');
    }
    const working = forEachBounded(items(), 4, async (item) => {
      await turn();
      worked.push(item);
    });
    await expect(working).rejects.toThrow('no more');
    expect(worked).toEqual([1]);
  });
});
