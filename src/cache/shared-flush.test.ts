import { expect, test } from '@jest/globals';
import { SharedFlush } from './shared-flush.js';

/** Flushes that end when they are told to. */
class Flushes {
  readonly begun: string[] = [];
  readonly #ends: ((isDone: boolean) => void)[] = [];
  readonly shared = new SharedFlush((place) => {
    this.begun.push(place);
    return new Promise((resolve) => this.#ends.push(resolve));
  });

  end(isDone = true): void {
    this.#ends.shift()?.(isDone);
  }
}

test('who asks while a flush is under way waits for one that begins later, together with all others', async () => {
  const flushes = new Flushes();
  const first = flushes.shared.flush('first');
  const late = ['second', 'third'].map((place) => flushes.shared.flush(place));
  expect(flushes.begun).toEqual(['first']);
  flushes.end();
  expect(await first).toBe(true);
  await Promise.resolve();
  expect(flushes.begun).toEqual(['first', 'second']);
  const latest = flushes.shared.flush('fourth');
  flushes.end();
  expect(await Promise.all(late)).toEqual([true, true]);
  await Promise.resolve();
  expect(flushes.begun).toEqual(['first', 'second', 'fourth']);
  flushes.end();
  expect(await latest).toBe(true);
});

test('a flush begins at once when none is under way, also after one that failed', async () => {
  const flushes = new Flushes();
  const failing = flushes.shared.flush('one');
  flushes.end(false);
  expect(await failing).toBe(false);
  const next = flushes.shared.flush('two');
  expect(flushes.begun).toEqual(['one', 'two']);
  flushes.end();
  expect(await next).toBe(true);
});
