import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { compareMavenVersions, isMavenPreRelease } from './maven-order.js';
import { chooseMavenVersion, isInMavenRange, parseMavenRange } from './maven-versions.js';

describe('the order of versions is that of Maven', () => {
  /** Oldest first; what stands in one line is one version. */
  const ORDER = [
    ['0.9'],
    ['1-alpha', '1.0-alpha'],
    ['1-alpha2', '1a2', '1.0.0-alpha-2'],
    ['1-beta'],
    ['1-m3', '1.0-milestone3'],
    ['1-rc', '1-cr'],
    ['1-rc1', '1.0.rc1'],
    ['1-SNAPSHOT'],
    ['1', '1.0', '1.0.0', '1-ga', '1-final', '1.release'],
    ['1-sp'],
    ['1-abc', '1.0.0-ABC'],
    ['1-xyz'],
    ['1-1', '1.0-1'],
    ['1.1'],
    ['1.2'],
    ['1.10'],
    ['2'],
    ['20240101'],
    ['99999999999999999999'],
  ];

  test('each is above all before it, and equal to those beside it', () => {
    for (const [place, names] of ORDER.entries()) {
      for (const [other, otherNames] of ORDER.entries()) {
        for (const name of names) {
          for (const otherName of otherNames) {
            const pair = `${name} and ${otherName}`;
            expect([pair, Math.sign(compareMavenVersions(name, otherName))]).toEqual([pair, Math.sign(place - other)]);
          }
        }
      }
    }
  });

  test('any two versions have an order, whichever comes first', () => {
    const atom = fc.constantFrom('1', '0', '10', 'alpha', 'rc1', 'SNAPSHOT', 'x', '1a', 'ga');
    const separated = fc.array(fc.tuple(atom, fc.constantFrom('.', '-', '')), { minLength: 1, maxLength: 6 });
    const version = separated.map((parts) => parts.map((part) => part.join('')).join(''));
    fc.assert(
      fc.property(version, version, (left, right) => {
        expect(Math.sign(compareMavenVersions(left, right)) + Math.sign(compareMavenVersions(right, left))).toBe(0);
        expect(compareMavenVersions(left, left)).toBe(0);
      }),
    );
  });

  test.each([
    ['1.0-alpha-1', true],
    ['2.0.0.RC1', true],
    ['1.0-SNAPSHOT', true],
    ['1.0.Final', false],
    ['31.1-jre', false],
    ['1.0-sp1', false],
  ])('%s is a pre-release: %s', (version, expected) => {
    expect(isMavenPreRelease(version)).toBe(expected);
  });
});

describe('ranges', () => {
  test.each([
    ['[1.0]', ['1.0'], ['1.1', '0.9']],
    ['[1.0,2.0)', ['1.0', '1.9.9', '2.0-beta'], ['2.0', '0.9']],
    ['(1.0,2.0]', ['1.1', '2.0'], ['1.0', '2.1']],
    ['(,1.0]', ['0.1', '1.0'], ['1.1']],
    ['[1.5,)', ['1.5', '9'], ['1.4']],
    ['(,1.0],[1.2,)', ['1.0', '1.2'], ['1.1']],
    ['[ 1.0 , 2.0 ]', ['1.5'], ['3']],
    ['(,)', ['1'], []],
  ])('%s', (text, inside, outside) => {
    const intervals = parseMavenRange(text) ?? [];
    expect(inside.filter((version) => !isInMavenRange(version, intervals))).toEqual([]);
    expect(outside.filter((version) => isInMavenRange(version, intervals))).toEqual([]);
  });

  test.each(['[1.0', '1.0]', '(1.0)', '[1.0)', '[1,2,3]', '[2,1]', '[]', '[1,2][3,4]', ''])('%s is none', (text) => {
    expect(parseMavenRange(text)).toBeUndefined();
  });
});

test.each([
  [{ kind: 'newest' }, '2.0'],
  [{ kind: 'tag', tag: 'RELEASE' }, '2.0'],
  [{ kind: 'tag', tag: 'LATEST' }, '3.0-beta'],
  [{ kind: 'range', range: '[1,2)' }, '1.10'],
  [{ kind: 'range', range: '[3-alpha,)' }, '3.0-beta'],
  [{ kind: 'range', range: '[4,)' }, undefined],
] as const)('%j takes %s', (wanted, expected) => {
  const versions = ['1.2', '1.10', '2.0', '3.0-beta', '3.0-SNAPSHOT'];
  expect(chooseMavenVersion(wanted, { versions, latest: '3.0-beta', release: '2.0' })).toBe(expected);
});
