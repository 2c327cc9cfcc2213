import { expect, test } from '@jest/globals';
import { defaultCargoIndex, defaultPythonIndex } from './default-registries.js';

test('without configuration Python packages come from a simple index over https', async () => {
  expect(await defaultPythonIndex()).toMatch(/^https:\/\/[^/]+\/simple\/$/);
});

test('without configuration crates come from an index over https', async () => {
  expect(await defaultCargoIndex()).toMatch(/^https:\/\/index\.[^/]+\/$/);
});
