import { expect, test } from '@jest/globals';
import { Semaphore } from './semaphore.js';

interface Held {
  readonly finish: () => void;
}

/** Work that goes on until the test ends it, and notes when it starts. */
function heldWork(started: string[], held: Held[], name: string): () => Promise<string> {
  return () => {
    started.push(name);
    return new Promise((resolve) => held.push({ finish: () => resolve(name) }));
  };
}

/** Lets everything that waits for nothing but promises go on. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('no more work than permits runs, and those who wait go in the order they came', async () => {
  const semaphore = new Semaphore(2);
  const started: string[] = [];
  const held: Held[] = [];
  const results = ['a', 'b', 'c', 'd'].map((name) => semaphore.run(heldWork(started, held, name)));
  await settle();
  expect(started).toEqual(['a', 'b']);
  held[1]?.finish();
  await settle();
  expect(started).toEqual(['a', 'b', 'c']);
  held[0]?.finish();
  await settle();
  held.slice(2).forEach(({ finish }) => finish());
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
});

test('of those who wait the most urgent goes first, by what its urgency is at that moment', async () => {
  const semaphore = new Semaphore(1);
  const started: string[] = [];
  const held: Held[] = [];
  const urgencies: Record<string, number> = { first: 0, a: 1, b: 2, c: 2, d: 0 };
  const results = Object.keys(urgencies).map((name) =>
    semaphore.run(heldWork(started, held, name), undefined, () => urgencies[name] ?? 0),
  );
  urgencies['d'] = 9;
  for (let ended = 0; ended < results.length; ended += 1) {
    await settle();
    held[ended]?.finish();
  }
  await Promise.all(results);
  expect(started).toEqual(['first', 'd', 'b', 'c', 'a']);
});

test('a newcomer does not overtake those who wait', async () => {
  const semaphore = new Semaphore(1);
  const started: string[] = [];
  const first = semaphore.run(async () => started.push('first'));
  const second = semaphore.run(async () => started.push('second'));
  await first;
  await Promise.all([second, semaphore.run(async () => started.push('third'))]);
  expect(started).toEqual(['first', 'second', 'third']);
});

test('work that fails gives its permit back', async () => {
  const semaphore = new Semaphore(1);
  const failure = new Error('failed');
  await expect(semaphore.run(async () => Promise.reject(failure))).rejects.toBe(failure);
  expect(await semaphore.run(async () => 'next')).toBe('next');
});

test('who is aborted while waiting is out of the line, and its work never starts', async () => {
  const semaphore = new Semaphore(1);
  const started: string[] = [];
  const held: Held[] = [];
  const controller = new AbortController();
  const reason = new Error('stop');
  const first = semaphore.run(heldWork(started, held, 'first'));
  const aborted = semaphore.run(heldWork(started, held, 'aborted'), controller.signal);
  const last = semaphore.run(async () => 'last');
  controller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  held[0]?.finish();
  expect(await first).toBe('first');
  expect(await last).toBe('last');
  expect(started).toEqual(['first']);
});

test('who comes with an aborted signal is refused at once', async () => {
  const reason = new Error('stop');
  const running = new Semaphore(1).run(async () => 'work', AbortSignal.abort(reason));
  await expect(running).rejects.toBe(reason);
});

test('an abort after the start is left to the work itself', async () => {
  const semaphore = new Semaphore(1);
  const controller = new AbortController();
  const working = semaphore.run(async () => {
    controller.abort();
    return 'done';
  }, controller.signal);
  expect(await working).toBe('done');
});

test.each([0, -1, 1.5, Number.NaN])('%d permits make no semaphore', (permits) => {
  expect(() => new Semaphore(permits)).toThrow(RangeError);
});
