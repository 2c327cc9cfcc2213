import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { isFileSystemError } from './system-error.js';

test('an error of a file operation is one', () => {
  let thrown: unknown;
  try {
    readFileSync('/nonexistent');
  } catch (error) {
    thrown = error;
  }
  expect(isFileSystemError(thrown)).toBe(true);
});

test.each([[new TypeError('x')], [{ code: 'ECONNRESET' }], [{ code: 'ERR_INVALID_ARG_TYPE' }], [null], ['ENOENT']])(
  '%j is none',
  (error) => {
    expect(isFileSystemError(error)).toBe(false);
  },
);
