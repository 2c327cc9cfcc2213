import { expect, test } from '@jest/globals';
import { GatheredFlush } from './gathered-flush.js';

/** Flushes that end when the test says so. */
function steps(): {
  readonly begun: PromiseWithResolvers[];
  readonly flush: () => Promise<void>;
} {
  const begun: PromiseWithResolvers[] = [];
  return {
    begun,
    flush: () =>
      new Promise<void>((resolve, reject) => {
        begun.push({ resolve, reject });
      }),
  };
}

interface PromiseWithResolvers {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

test('whoever asks during a flush waits for another one, and all of them for the same', async () => {
  const { begun, flush } = steps();
  const gathered = new GatheredFlush(flush);
  const first = gathered.request();
  const later = [gathered.request(), gathered.request()];
  expect(begun).toHaveLength(1);
  begun[0]?.resolve();
  await first;
  await Promise.resolve();
  expect(begun).toHaveLength(2);
  const third = gathered.request();
  begun[1]?.resolve();
  await Promise.all(later);
  await Promise.resolve();
  expect(begun).toHaveLength(3);
  begun[2]?.resolve();
  await third;
});

test('a flush that fails fails who waited for it, and not those who came later', async () => {
  const { begun, flush } = steps();
  const gathered = new GatheredFlush(flush);
  const first = gathered.request();
  const second = gathered.request();
  begun[0]?.reject(new Error('no space'));
  await expect(first).rejects.toThrow('no space');
  await Promise.resolve();
  begun[1]?.resolve();
  await second;
  expect(begun).toHaveLength(2);
});
