import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CoreBudget } from './limits.js';

const never = new AbortController().signal;

/** Work that ends when told to, and the cores it was given. */
function startWork(
  budget: CoreBudget,
  most: number,
  signal = never,
): { granted: Promise<number>; end: () => void; done: Promise<void> } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let grant = (_cores: number): void => undefined;
  const granted = new Promise<number>((resolve) => (grant = resolve));
  const done = budget.use(
    most,
    async (cores) => {
      grant(cores);
      await ended;
    },
    signal,
  );
  return { granted, end, done };
}

describe('the core budget', () => {
  test('gives all cores to the only one that wants them', async () => {
    const work = startWork(new CoreBudget(8), Infinity);
    expect(await work.granted).toBe(8);
    work.end();
    await work.done;
  });

  test('divides the cores evenly among those that become ready together', async () => {
    const budget = new CoreBudget(8);
    const works = [1, 2, 3, 4].map(() => startWork(budget, Infinity));
    expect(await Promise.all(works.map(({ granted }) => granted))).toEqual([2, 2, 2, 2]);
    for (const { end } of works) end();
    await Promise.all(works.map(({ done }) => done));
  });

  test('never gives more than is asked for', async () => {
    const work = startWork(new CoreBudget(8), 1);
    expect(await work.granted).toBe(1);
    work.end();
    await work.done;
  });

  test('takes a waiter out that gives up, and goes on with the next', async () => {
    const budget = new CoreBudget(1);
    const first = startWork(budget, Infinity);
    await first.granted;
    const giveUp = new AbortController();
    const second = startWork(budget, Infinity, giveUp.signal);
    const third = startWork(budget, Infinity);
    giveUp.abort(new Error('gave up'));
    await expect(second.done).rejects.toThrow('gave up');
    first.end();
    expect(await third.granted).toBe(1);
    third.end();
    await Promise.all([first.done, third.done]);
  });

  test('gives the cores back when the work fails', async () => {
    const budget = new CoreBudget(2);
    await expect(budget.use(Infinity, () => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    expect(await budget.use(Infinity, (cores) => Promise.resolve(cores), never)).toBe(2);
  });

  test('never hands out more cores than there are, and serves everybody', async () => {
    const wishes = fc.array(fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 5 })), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), wishes, async (total, asked) => {
        const budget = new CoreBudget(total);
        let inUse = 0;
        let most = 0;
        const served = await Promise.all(
          asked.map((wish) =>
            budget.use(
              wish,
              async (cores) => {
                inUse += cores;
                most = Math.max(most, inUse);
                await new Promise((resolve) => setImmediate(resolve));
                inUse -= cores;
                return cores;
              },
              never,
            ),
          ),
        );
        expect(most).toBeLessThanOrEqual(total);
        served.forEach((cores, index) => expect(cores).toBeLessThanOrEqual(asked[index] ?? 0));
        expect(Math.min(1, ...served)).toBe(1);
      }),
      { numRuns: 50 },
    );
  });
});
