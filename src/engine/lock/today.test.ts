import { expect, test } from '@jest/globals';
import { today } from './today.js';

const now = () => Date.parse('2026-11-21T23:59:59Z');

test.each<[Record<string, string>, string]>([
  [{}, '2026-11-21'],
  [{ SOURCE_DATE_EPOCH: '1' }, '1970-01-01'],
  [{ SOURCE_DATE_EPOCH: '1790000000' }, '2026-09-21'],
  [{ SOURCE_DATE_EPOCH: '' }, '2026-11-21'],
  [{ SOURCE_DATE_EPOCH: 'yesterday' }, '2026-11-21'],
])('with %j the day is %s', (env, day) => {
  expect(today({ env, now })).toBe(day);
});
