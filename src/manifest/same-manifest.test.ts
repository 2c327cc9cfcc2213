import { expect, test } from '@jest/globals';
import { isSameManifest } from './same-manifest.js';

const BEFORE = 'strict = true\npackages = { "a.one@v1", { recipe = "a.two@v1", options = { jobs = 4 } } }';

test.each([
  ['a comment', `-- more\n${BEFORE}`],
  ['other spaces and line ends', BEFORE.replaceAll(' ', '\t').replace('\n', '\r\n')],
  ['other quotes and separators', BEFORE.replaceAll('"', "'").replace('4 }', '4; },')],
])('%s is no other manifest', (_what, after) => {
  expect(isSameManifest(BEFORE, after)).toBe(true);
});

test.each([
  ['another value', BEFORE.replace('4', '5')],
  ['a value of another type', BEFORE.replace('4', '"4"')],
  ['another name', BEFORE.replace('jobs', 'job')],
  ['another order', 'strict = true\npackages = { { recipe = "a.two@v1", options = { jobs = 4 } }, "a.one@v1" }'],
  ['one package more', BEFORE.replace('{ "a', '{ "a.zero@v1", "a')],
  ['a global less', BEFORE.replace('strict = true\n', '')],
  ['code', `${BEFORE}\nlocal x = 1`],
  ['a mistake', `${BEFORE}}`],
])('%s is another manifest', (_what, after) => {
  expect(isSameManifest(BEFORE, after)).toBe(false);
});

test('of code nothing is certain', () => {
  expect(isSameManifest('packages = list()', 'packages = list()')).toBe(false);
});
