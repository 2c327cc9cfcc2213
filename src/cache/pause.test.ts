import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Pause } from './pause.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Whether the pause is over, asked after `ms` more milliseconds. */
async function isOver(waiting: Promise<boolean>, ms: number): Promise<boolean> {
  let over = false;
  void waiting.then(() => (over = true));
  await jest.advanceTimersByTimeAsync(ms);
  return over;
}

describe('a pause', () => {
  test('lasts as long as it is to', async () => {
    const waiting = new Pause().wait(1000);
    expect([await isOver(waiting, 999), await isOver(waiting, 1)]).toEqual([false, true]);
    expect(await waiting).toBe(false);
  });

  test('ends at once when it is woken, or was before it began, and only once', async () => {
    const pause = new Pause();
    pause.wake();
    expect(await pause.wait(60_000)).toBe(true);
    const waiting = pause.wait(60_000);
    expect(await isOver(waiting, 59_999)).toBe(false);
    pause.wake();
    expect(await waiting).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('that is cancelled never lasts', async () => {
    const pause = new Pause();
    pause.cancel();
    await pause.wait(60_000);
    await pause.wait(60_000);
    expect(pause.cancelled).toBe(true);
  });

  test('ends sooner when it is hastened, never later, and was not woken', async () => {
    const pause = new Pause();
    const waiting = pause.wait(60_000);
    await isOver(waiting, 100);
    pause.hasten(500);
    await isOver(waiting, 400);
    pause.hasten(500);
    expect([await isOver(waiting, 99), await isOver(waiting, 1)]).toEqual([false, true]);
    expect(await waiting).toBe(false);
    const short = pause.wait(10);
    pause.hasten(500);
    expect([await isOver(short, 9), await isOver(short, 1)]).toEqual([false, true]);
  });

  test('is hastened also before it begins, but only that one', async () => {
    const pause = new Pause();
    pause.hasten(500);
    await jest.advanceTimersByTimeAsync(400);
    const hastened = pause.wait(60_000);
    expect([await isOver(hastened, 99), await isOver(hastened, 1)]).toEqual([false, true]);
    const next = pause.wait(60_000);
    expect([await isOver(next, 59_999), await isOver(next, 1)]).toEqual([false, true]);
  });
});
