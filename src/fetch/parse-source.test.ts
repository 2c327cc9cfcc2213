import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FettleError } from '../errors/index.js';
import { parseSource } from './parse-source.js';

const BASE = '/project/recipes';

test.each([
  ['kit.tgz', { kind: 'path', path: '/project/recipes/kit.tgz', text: 'kit.tgz' }],
  ['../a b', { kind: 'path', path: '/project/a b', text: '../a b' }],
  ['/abs/x', { kind: 'path', path: '/abs/x', text: '/abs/x' }],
  ['  padded  ', { kind: 'path', path: '/project/recipes/padded', text: 'padded' }],
  ['odd:name', { kind: 'path', path: '/project/recipes/odd:name', text: 'odd:name' }],
  ['C:\\kit\\a.tgz', { kind: 'path', text: 'C:\\kit\\a.tgz' }],
  ['c:/kit/a.tgz', { kind: 'path', text: 'c:/kit/a.tgz' }],
  ['file:///abs/a%20b', { kind: 'path', path: '/abs/a b', text: 'file:///abs/a%20b' }],
  ['FILE://localhost/abs/x', { kind: 'path', path: '/abs/x', text: 'FILE://localhost/abs/x' }],
  ['https://h.test/a.tgz?x=1', { kind: 'http', url: 'https://h.test/a.tgz?x=1', text: 'https://h.test/a.tgz?x=1' }],
  ['HTTP://h.test/a', { kind: 'http', url: 'HTTP://h.test/a', text: 'HTTP://h.test/a' }],
  ['https://me:pw@h.test/a', { kind: 'http', url: 'https://me:pw@h.test/a', text: 'https://***@h.test/a' }],
  ['https://h.test/kit.git', { kind: 'git', url: 'https://h.test/kit.git', text: 'https://h.test/kit.git' }],
  [
    'https://h.test/kit.git?x#y',
    { kind: 'git', url: 'https://h.test/kit.git?x#y', text: 'https://h.test/kit.git?x#y' },
  ],
  ['git://h.test/kit', { kind: 'git', url: 'git://h.test/kit', text: 'git://h.test/kit' }],
  ['git+ssh://git@h.test/kit', { kind: 'git', url: 'ssh://git@h.test/kit', text: 'git+ssh://git@h.test/kit' }],
  ['git+https://h.test/kit', { kind: 'git', url: 'https://h.test/kit', text: 'git+https://h.test/kit' }],
  ['ssh://git@h.test/kit', { kind: 'git', url: 'ssh://git@h.test/kit', text: 'ssh://git@h.test/kit' }],
  ['git@h.test:me/kit.git', { kind: 'git', url: 'git@h.test:me/kit.git', text: 'git@h.test:me/kit.git' }],
  ['../kit.git', { kind: 'git', url: '/project/kit.git', text: '../kit.git' }],
  ['file:///abs/kit.git', { kind: 'git', url: '/abs/kit.git', text: 'file:///abs/kit.git' }],
  ['pkg:npm/left@1.0.0', { kind: 'registry', purl: 'pkg:npm/left@1.0.0', text: 'pkg:npm/left@1.0.0' }],
])('%s is read', (text, source) => {
  expect(parseSource(text, BASE)).toMatchObject(source);
});

test.each([
  ['', 'empty'],
  ['  ', 'empty'],
  ['a\0b', 'control'],
  ['htps://h.test/a', 'https://'],
  ['ftp://h.test/a', 'ftp'],
  ['https:/h.test/a', '//'],
  ['https://', 'not a valid URL'],
  ['file://host/a', 'names a host'],
  ['file:///a%2Fb', 'not a valid file URL'],
])('%j is refused', (text, said) => {
  const told = (error: FettleError): string => `${error.message} ${error.hint ?? ''}`;
  expect(() => parseSource(text, BASE)).toThrow(expect.objectContaining({ code: 'E_SOURCE' }));
  try {
    parseSource(text, BASE);
  } catch (error) {
    expect(told(error as FettleError)).toContain(said);
  }
});

test('every text is a source or an E_SOURCE, never anything else', () => {
  const text = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.tuple(fc.constantFrom('file://', 'git+', 'pkg:', 'C:\\', '//'), fc.string()).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (written) => {
      try {
        expect(parseSource(written, BASE).text).not.toMatch(/\/\/[^/]*:[^/]*[^*]@/);
      } catch (error) {
        if (!(error instanceof FettleError)) throw error;
        expect(error.code).toBe('E_SOURCE');
      }
    }),
  );
});
