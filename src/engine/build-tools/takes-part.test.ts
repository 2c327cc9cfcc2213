import { expect, test } from '@jest/globals';
import { isClientVersion } from './takes-part.js';

test.each([
  ['1.11.1', false],
  ['1.12.1', false],
  ['1.13.0', true],
  ['1.13.0.git.kitware.jobserver-pipe-1', true],
  ['1.11.1.git.kitware.jobserver-1', true],
  ['2.0.0', true],
  ['', false],
  ['unknown', false],
])('a ninja of version "%s" asks a jobserver: %s', (version, isClient) => {
  expect(isClientVersion(version)).toBe(isClient);
});
