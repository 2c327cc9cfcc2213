import { describe, expect, test } from '@jest/globals';
import { didYouMean, nearestName } from './nearest-name.js';

const VERBS = ['check', 'fetch', 'stage', 'build', 'install', 'deploy'];

describe('nearestName', () => {
  test('finds a name with one letter missing, doubled or swapped', () => {
    expect(nearestName('instal', VERBS)).toBe('install');
    expect(nearestName('staage', VERBS)).toBe('stage');
    expect(nearestName('isntall', VERBS)).toBe('install');
    expect(nearestName('biuld', VERBS)).toBe('build');
  });

  test('ignores case', () => {
    expect(nearestName('BUILD', VERBS)).toBe('build');
  });

  test('finds nothing when no name is close', () => {
    expect(nearestName('patch', VERBS)).toBeUndefined();
    expect(nearestName('compiler', VERBS)).toBeUndefined();
    expect(nearestName('anything', [])).toBeUndefined();
  });

  test('does not offer a very short name for another short word', () => {
    expect(nearestName('os', ['cc', 'go'])).toBeUndefined();
    expect(nearestName('go', ['cc', 'go'])).toBe('go');
  });

  test('prefers the fewest edits, then the first', () => {
    expect(nearestName('stagee', ['staged', 'stage'])).toBe('staged');
    expect(nearestName('sources', ['source', 'sourcesx'])).toBe('source');
  });
});

describe('didYouMean', () => {
  test('asks with all that are equally near, at most three, in their order', () => {
    expect(didYouMean('instal', VERBS)).toBe('Did you mean "install"?');
    expect(didYouMean('tol', ['tool', 'col', 'install'])).toBe('Did you mean "tool" or "col"?');
    expect(didYouMean('xat', ['cat', 'bat', 'cat', 'hat', 'mat'])).toBe('Did you mean "cat", "bat" or "hat"?');
  });

  test('asks nothing when none is near', () => {
    expect(didYouMean('patch', VERBS)).toBeUndefined();
    expect(didYouMean('', VERBS)).toBeUndefined();
  });
});
