import { expect, test } from '@jest/globals';
import { canCompare, canExport } from './shell-variables.js';

test.each([
  ['CC', 'cc', true],
  ['CC', null, true],
  ['_private2', '', true],
  ['A-B', 'x', false],
  ['2A', null, false],
  ['PWD', '/here', false],
  ['SECONDS', null, false],
  ['BASH_ENV', 'x', false],
  ['__fettle_now', 'x', false],
  // bash gives a shell that has none of its own.
  ['SHELL', '/bin/sh', true],
  ['SHELL', null, false],
])('%s = %j can be compared by a shell: %s', (name, value, expected) => {
  expect(canCompare(name, value)).toBe(expected);
});

test.each([
  ['CC', true],
  ['TERM', true],
  ['IFS', false],
  ['A.B', false],
  ['PATH', false],
  ['FETTLE_PROJECT_DIR', false],
])('%s can be given to a program by a shell: %s', (name, expected) => {
  expect(canExport(name)).toBe(expected);
});
