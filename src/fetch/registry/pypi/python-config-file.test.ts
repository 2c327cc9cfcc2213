import { expect, test } from '@jest/globals';
import { parsePythonConfig } from './python-config-file.js';

function asObject(text: string): unknown {
  return Object.fromEntries([...parsePythonConfig(text)].map(([name, options]) => [name, Object.fromEntries(options)]));
}

test('sections, both separators, comments, continued lines and repeated sections are read', () => {
  const text = `\uFEFF[global]\r
Index-URL = a=b:c ; no comment
# comment
timeout: 60
extra-index-url =
    one

    ; comment
    two
empty
[other]
x = 1
[global]
timeout = 90
`;
  expect(asObject(text)).toEqual({
    global: { 'index-url': 'a=b:c ; no comment', timeout: '90', 'extra-index-url': 'one\ntwo', empty: '' },
    other: { x: '1' },
  });
});

test('what stands before the first section is passed over', () => {
  expect(asObject('x = 1\n  y\n[a]\n')).toEqual({ a: {} });
});
