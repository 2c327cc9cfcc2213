import { expect, test } from '@jest/globals';
import { publishedBefore } from './published-before.js';
import { NEWEST, type Wanted } from './wanted.js';

const OLD = { name: 'old', publishedAt: '2026-01-01T00:00:00Z' };
const YOUNG = { name: 'young', publishedAt: '2026-11-21T00:00:00Z' };
const UNDATED = { name: 'undated', publishedAt: undefined };
const BOUND = '2026-06-01T00:00:00Z';
const RANGE: Wanted = { kind: 'range', range: '^1' };

test.each<[string, Wanted, string | undefined, readonly { publishedAt: string | undefined }[]]>([
  ['a range: the old ones, and those without a date', RANGE, BOUND, [OLD, UNDATED]],
  ['the newest: the same', NEWEST, BOUND, [OLD, UNDATED]],
  ['a range without a bound: all', RANGE, undefined, [OLD, YOUNG, UNDATED]],
  ['an exact version: all', { kind: 'exact', version: '1.0.0' }, BOUND, [OLD, YOUNG, UNDATED]],
  ['a tag: all', { kind: 'tag', tag: 'next' }, BOUND, [OLD, YOUNG, UNDATED]],
])('offered for %s', (_what, wanted, bound, offered) => {
  expect(publishedBefore([OLD, YOUNG, UNDATED], wanted, bound)).toEqual(offered);
});

test('when all are too young, all are left', () => {
  expect(publishedBefore([YOUNG], RANGE, BOUND)).toEqual([YOUNG]);
});
