import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { compareDebianVersions, fitsDebianRange, parseDebianRange } from './debian-versions.js';

describe('the order of versions is that of dpkg', () => {
  /** Oldest first. */
  const ORDER = [
    '0',
    '1.0~~',
    '1.0~~a',
    '1.0~',
    '1.0~rc1-1',
    '1.0',
    '1.0-0.1',
    '1.0-1',
    '1.0-1+b1',
    '1.0a',
    '1.0+dfsg',
    '1.0.1',
    '1.2',
    '1.10',
    '10',
    '99999999999999999999',
    '1:0.1',
    '2:0',
  ];

  test('each is above all before it', () => {
    for (const [place, version] of ORDER.entries()) {
      for (const [other, otherVersion] of ORDER.entries()) {
        const pair = `${version} and ${otherVersion}`;
        expect([pair, Math.sign(compareDebianVersions(version, otherVersion))]).toEqual([
          pair,
          Math.sign(place - other),
        ]);
      }
    }
  });

  test.each([
    ['1.0', '1.00'],
    ['0:1.0-1', '1.0-1'],
    ['1.0', '1.0-0'],
  ])('%s and %s are one', (left, right) => {
    expect(compareDebianVersions(left, right)).toBe(0);
  });

  test('any two have an order, whichever comes first', () => {
    const version = fc.stringMatching(/^(\d:)?\d[a-z0-9.+~]{0,6}(-[a-z0-9.+~]{1,4})?$/);
    fc.assert(
      fc.property(version, version, (left, right) => {
        expect(Math.sign(compareDebianVersions(left, right)) + Math.sign(compareDebianVersions(right, left))).toBe(0);
      }),
    );
  });
});

test.each([
  ['>= 1.2', ['1.2', '2'], ['1.2~rc1']],
  ['>= 1.2, << 2', ['1.2', '1.9'], ['2', '1.1']],
  ['=1.2-1', ['1.2-1'], ['1.2-2']],
  ['>>1,<=2', ['1.1', '2'], ['1', '2.1']],
])('%s', (text, inside, outside) => {
  const relations = parseDebianRange(text) ?? [];
  expect(inside.filter((version) => !fitsDebianRange(version, relations))).toEqual([]);
  expect(outside.filter((version) => fitsDebianRange(version, relations))).toEqual([]);
});

test.each(['', '1.2', '> 1', '>= ', '>= 1 << 2', '>= x'])('%s is no range', (text) => {
  expect(parseDebianRange(text)).toBeUndefined();
});
