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

test('a flush begins at once when none is under way', async () => {
  const flushes = new Flushes();
  for (const place of ['one', 'two']) {
    const flushed = flushes.shared.flush(place);
    expect(flushes.begun.at(-1)).toBe(place);
    flushes.end();
    expect(await flushed).toBe(true);
  }
  expect(flushes.shared.hasFailed).toBe(false);
});

test('after one that failed nobody is told that a later one went well, not even who waited for it', async () => {
  const flushes = new Flushes();
  const failing = flushes.shared.flush('one');
  const waiting = flushes.shared.flush('two');
  flushes.end(false);
  expect(await Promise.all([failing, waiting, flushes.shared.flush('three')])).toEqual([false, false, false]);
  expect([flushes.begun, flushes.shared.hasFailed]).toEqual([['one'], true]);
});

test('one that cannot even begin has failed', async () => {
  const shared = new SharedFlush(() => Promise.reject(new Error('spawn ENOMEM')));
  expect(await Promise.all(['one', 'two', 'three'].map((place) => shared.flush(place)))).toEqual([false, false, false]);
  expect(await shared.flush('four')).toBe(false);
});
