import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RefusedResponse } from './http-failure.js';
import { withRetries, type RetryOptions } from './retry.js';

/** Fails in turn with what is given, and then ends well. */
async function tryWith(failures: readonly unknown[], given: Partial<RetryOptions> = {}) {
  const pauses: number[] = [];
  const left = [...failures];
  const outcome = await withRetries(
    async () => {
      if (left.length > 0) throw left.shift();
      return 'done';
    },
    {
      url: 'https://host.test/a',
      signal: new AbortController().signal,
      emit: () => undefined,
      delay: async (milliseconds) => void pauses.push(milliseconds),
      now: () => 0,
      random: () => 1,
      policy: { tries: 4, firstPauseMs: 500 },
      ...given,
    },
  ).catch((error: unknown) => error);
  return { outcome, pauses, tries: failures.length - left.length + 1 };
}

const refused = (status: number, retryAfter?: string): RefusedResponse => new RefusedResponse(status, retryAfter);

describe('a failure that may pass', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('status %i is tried again', async (status) => {
    expect(await tryWith([refused(status)])).toMatchObject({ outcome: 'done', pauses: [500] });
  });

  test.each([400, 401, 403, 404, 405, 410, 418, 451])('status %i is not', async (status) => {
    expect(await tryWith([refused(status)])).toMatchObject({ outcome: { code: 'E_FETCH' }, pauses: [] });
  });

  test('is given up on after so many tries, and the error says how many', async () => {
    const { outcome, pauses } = await tryWith(Array.from({ length: 9 }, () => refused(500)));
    expect(outcome).toMatchObject({ code: 'E_FETCH', facts: { status: 500, tries: 4 } });
    expect(pauses).toEqual([500, 1000, 2000]);
  });

  test('is waited for twice as long each time, half of it by chance, never longer than 30 s', async () => {
    const failures = Array.from({ length: 12 }, () => refused(500));
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (chance) => {
        const policy = { tries: 13, firstPauseMs: 100 };
        const { pauses } = await tryWith(failures, { random: () => chance, policy });
        pauses.forEach((pause, index) => {
          const longest = Math.min(100 * 2 ** index, 30_000);
          expect(pause).toBeGreaterThanOrEqual(longest / 2);
          expect(pause).toBeLessThanOrEqual(longest);
        });
      }),
    );
  });
});

describe('a server that says when', () => {
  test.each([
    ['0', 0],
    ['7', 7000],
    [' 7 ', 7000],
    ['9999', 30_000],
    ['Thu, 01 Jan 1970 00:00:04 GMT', 4000],
    ['Wed, 31 Dec 1969 00:00:00 GMT', 0],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 30_000],
    ['soon', 500],
    ['-3', 500],
  ])('%s: %i ms', async (retryAfter, pause) => {
    expect((await tryWith([refused(429, retryAfter)])).pauses).toEqual([pause]);
  });
});

test('an abort while waiting ends it with the reason', async () => {
  const controller = new AbortController();
  const delay = async (): Promise<void> => {
    controller.abort(new Error('stop'));
  };
  const { outcome, tries } = await tryWith([refused(500)], { delay, signal: controller.signal });
  expect(outcome).toMatchObject({ message: 'stop' });
  expect(tries).toBe(2);
});
