import { describe, expect, test } from '@jest/globals';
import { FettleError } from './fettle-error.js';
import { asLoadingFailure } from './loading-failure.js';

describe('what went wrong while a file was read', () => {
  test('makes the file invalid where it would be a package that failed, and keeps everything else', () => {
    const error = new FettleError('E_LUA_RUNTIME', 'no luck', {
      facts: { got: 'nil' },
      hint: 'Try again.',
      location: { file: '/r.lua', line: 3 },
      traceback: ['in the main chunk'],
    });
    const failure = asLoadingFailure(error, 'E_RECIPE');
    expect(failure).toMatchObject({
      code: 'E_RECIPE',
      message: 'no luck',
      facts: { got: 'nil' },
      hint: 'Try again.',
      location: { file: '/r.lua', line: 3 },
      traceback: ['in the main chunk'],
      cause: error,
    });
  });

  test('stays what it is when it already says so, or is of another class', () => {
    for (const code of ['E_LUA_SYNTAX', 'E_OPTION', 'E_NO_MANIFEST', 'E_CHECKSUM'] as const) {
      const error = new FettleError(code, 'x');
      expect(asLoadingFailure(error, 'E_MANIFEST')).toBe(error);
    }
  });

  test('stays a bug when it is one', () => {
    const bug = new TypeError('x');
    expect(asLoadingFailure(bug, 'E_MANIFEST')).toBe(bug);
  });
});
