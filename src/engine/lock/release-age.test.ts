import { expect, test } from '@jest/globals';
import { assertOldEnough } from './release-age.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DAY = 24 * 60 * 60 * 1000;
const check = (published: string | undefined, minimumReleaseAgeMs: number | undefined) => () => {
  assertOldEnough({ source: 'pkg:npm/kit@1', published }, { now: NOW, minimumReleaseAgeMs });
};

test.each<[string, string | undefined, number | undefined]>([
  ['of exactly that age', '2026-11-20T12:00:00Z', DAY],
  ['of any age when none is asked for', '2026-11-21T12:00:00Z', undefined],
  ['without a date', undefined, DAY],
  ['with a date that is none', 'long ago', DAY],
])('a version %s is taken', (_what, published, minimum) => {
  expect(check(published, minimum)).not.toThrow();
});

test.each([
  ['2026-11-20T12:00:01Z', '23 h 59 min'],
  ['2026-11-22T12:00:00Z', '0 ms'],
])('one that was published at %s is refused', (published, age) => {
  expect(check(published, DAY)).toThrow(
    expect.objectContaining({ code: 'E_RELEASE_AGE', facts: expect.objectContaining({ published, age }) }),
  );
});
