import { expect, test } from '@jest/globals';
import { ExtractProgress } from './extract-progress.js';

test('tells how far it is ten times a second and no more often', () => {
  let now = 0;
  const told: [number, number][] = [];
  const progress = new ExtractProgress(
    (files, bytes) => told.push([files, bytes]),
    () => now,
  );
  for (; now <= 250; now += 10) progress.tell(now, 1000 * now);
  expect(told).toEqual([
    [100, 100_000],
    [200, 200_000],
  ]);
});
