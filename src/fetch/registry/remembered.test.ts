import { describe, expect, test } from '@jest/globals';
import { Remembered } from './remembered.js';

const { signal } = new AbortController();

describe('work', () => {
  test('is done once for all who ask, then and later', async () => {
    const remembered = new Remembered();
    let times = 0;
    const work = async (): Promise<number> => (times += 1);
    expect(await Promise.all([remembered.get('key', signal, work), remembered.get('key', signal, work)])).toEqual([
      1, 1,
    ]);
    expect(await remembered.get('key', signal, work)).toBe(1);
    expect(await remembered.get('other', signal, work)).toBe(2);
  });

  test('that failed is done again for the next who asks', async () => {
    const remembered = new Remembered();
    const failing = remembered.get('key', signal, () => Promise.reject(new Error('no')));
    const waiting = remembered.get('key', signal, () => Promise.resolve('mine'));
    await expect(failing).rejects.toThrow('no');
    await expect(waiting).rejects.toThrow('no');
    expect(await remembered.get('key', signal, () => Promise.resolve('again'))).toBe('again');
  });

  test('that its first asker gave up is taken over by who still waits', async () => {
    const remembered = new Remembered();
    const first = new AbortController();
    const abandoned = remembered.get('key', first.signal, () => rejectionOf(first.signal));
    const waiting = remembered.get('key', signal, () => Promise.resolve('mine'));
    first.abort(new Error('gone'));
    await expect(abandoned).rejects.toThrow('gone');
    expect(await waiting).toBe('mine');
  });

  test('is not begun for one who gave up before', async () => {
    await expect(
      new Remembered().get('key', AbortSignal.abort(new Error('gone')), () => Promise.resolve(1)),
    ).rejects.toThrow('gone');
  });
});

function rejectionOf(aborted: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    aborted.addEventListener('abort', () => {
      reject(aborted.reason as Error);
    });
  });
}
