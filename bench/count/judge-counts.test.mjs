import { describe, expect, test } from '@jest/globals';
import { judgeCounts, limitsFor, perPackage } from './judge-counts.mjs';

describe('counts', () => {
  test('at their limit are well', () => {
    expect(judgeCounts({ version: { files: 2 } }, { version: { files: 2 } })).toEqual([]);
  });

  test('above it are told with both numbers', () => {
    expect(judgeCounts({ version: { files: 3 } }, { version: { files: 2 } })).toEqual([
      'version: files: expected at most 2, got 3',
    ]);
  });

  test('without a limit are told, and so are limits without a count', () => {
    expect(judgeCounts({ version: { files: 3 } }, { version: { folders: 2 }, sync: { files: 1 } })).toEqual([
      'version: files has no limit; got 3',
      'version: folders has a limit, but was not counted',
      'sync: files has a limit, but was not counted',
    ]);
  });
});

test('what is needed for each package is told apart from what is needed once', () => {
  expect(perPackage({ packages: 10, count: 130 }, { packages: 30, count: 330 })).toEqual({ each: 10, fixed: 30 });
  expect(perPackage({ packages: 10, count: 45 }, { packages: 30, count: 45 })).toEqual({ each: 0, fixed: 45 });
});

test('limits leave room only where the version of Node has a part, and hold for what they were made of', () => {
  const counts = { sync: { 'starts of Node': 1, 'modules of Node loaded': 4, 'file system calls': 45 } };
  expect(limitsFor(counts)).toEqual({
    sync: { 'starts of Node': 1, 'modules of Node loaded': 6, 'file system calls': 50 },
  });
  const none = { sync: { 'modules of Node loaded': 0, 'file system calls for each package': 116.05 } };
  expect(limitsFor(none)).toEqual({ sync: { 'modules of Node loaded': 0, 'file system calls for each package': 117 } });
  expect(judgeCounts(none, limitsFor(none))).toEqual([]);
});
