import { expect, test } from '@jest/globals';
import { extractLimitsOf } from './extract-limits.js';

test('what the environment does not say stays as it is', () => {
  expect(extractLimitsOf({})).toEqual({});
  expect(extractLimitsOf({ FETTLE_EXTRACT_MAX_SIZE: '' })).toEqual({});
});

test('size, entries and ratio are read', () => {
  const env = { FETTLE_EXTRACT_MAX_SIZE: '2GiB', FETTLE_EXTRACT_MAX_ENTRIES: '10', FETTLE_EXTRACT_MAX_RATIO: '50' };
  expect(extractLimitsOf(env)).toEqual({ maxBytes: 2 * 1024 ** 3, maxEntries: 10, maxRatio: 50 });
});

test.each([
  ['FETTLE_EXTRACT_MAX_SIZE', 'much'],
  ['FETTLE_EXTRACT_MAX_ENTRIES', '0'],
  ['FETTLE_EXTRACT_MAX_RATIO', '1.5'],
])('%s=%s is refused', (name, text) => {
  expect(() => extractLimitsOf({ [name]: text })).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
});
