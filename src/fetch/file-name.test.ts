import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { basename } from 'node:path';
import { type FettleError } from '../errors/index.js';
import { fileNameOf } from './file-name.js';
import { parseSource } from './parse-source.js';

test.each([
  ['https://h.test/a/kit.tgz?x=/y#z', 'kit.tgz'],
  ['https://h.test/a%20b%2B.tgz', 'a b+.tgz'],
  ['https://h.test/a%2520b', 'a%20b'],
  ['https://h.test/100%', '100%'],
  ['dir/kit.zip', 'kit.zip'],
  ['file:///d/a%20b', 'a b'],
  ['some/folder/', 'folder'],
  ['git+ssh://git@h.test/me/kit.git', 'kit.git'],
  ['git@h.test:kit.git', 'kit.git'],
  ['https://h.test/kit.git/?x', 'kit.git'],
])('%s is called %s', (text, name) => {
  expect(fileNameOf(parseSource(text, '/base'))).toBe(name);
});

test.each([
  'https://h.test',
  'https://h.test/a/',
  'https://h.test/a%2Fb',
  'https://h.test/a%5Cb',
  'https://h.test/a%00b',
  'https://h.test/%2e%2e%2f',
  `https://h.test/${'a'.repeat(256)}`,
  '/',
  'pkg:npm/a@1.0.0',
])('%s has no name that can be used', (text) => {
  expect(() => fileNameOf(parseSource(text, '/base'))).toThrow(expect.objectContaining({ code: 'E_FETCH_NAME' }));
});

test('a name is always one path segment', () => {
  const segment = fc.oneof(fc.constantFrom('..', '.', '%2e', '%2F', '%5c', '%00'), fc.string());
  fc.assert(
    fc.property(fc.array(segment), (segments) => {
      const url = `https://h.test/${segments.join('')}`;
      try {
        const name = fileNameOf({ kind: 'http', url, text: url });
        expect(basename(name)).toBe(name);
        expect(['', '.', '..']).not.toContain(name);
      } catch (error) {
        expect((error as FettleError).code).toBe('E_FETCH_NAME');
      }
    }),
  );
});
