import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redactUrl, withoutCredentials } from './redact-url.js';

test.each([
  ['https://host.test/a?x=1', 'https://host.test/a?x=1'],
  ['https://me:pw@host.test/a', 'https://***@host.test/a'],
  ['https://token@host.test/a', 'https://***@host.test/a'],
  ['https://me:p@ss@host.test/a', 'https://***@host.test/a'],
  ['https://host.test/@scope/pkg', 'https://host.test/@scope/pkg'],
  ['git+ssh://git@host.test/kit.git', 'git+ssh://git@host.test/kit.git'],
  ['ssh://git:pw@host.test/kit.git', 'ssh://***@host.test/kit.git'],
  ['git@host.test:kit.git', 'git@host.test:kit.git'],
  ['https://h.test/a?token=abc&b=1', 'https://h.test/a?token=***&b=1'],
  ['https://h.test/a?X-Amz-Signature=abc#f', 'https://h.test/a?X-Amz-Signature=***#f'],
  ['https://h.test/a?sig=abc&monkey=1', 'https://h.test/a?sig=***&monkey=1'],
  [
    "fatal: unable to access 'https://me:pw@h.test/k.git/': no",
    "fatal: unable to access 'https://***@h.test/k.git/': no",
  ],
  ['/plain/path', '/plain/path'],
])('%s is shown as %s', (text, shown) => {
  expect(redactUrl(text)).toBe(shown);
});

test('no password is ever shown, and redacting twice changes nothing', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9:@%!$-]{1,12}$/);
  fc.assert(
    fc.property(word, (password) => {
      const shown = redactUrl(`https://user:SECRET${password}@host.test/path`);
      expect(shown).toBe('https://***@host.test/path');
      expect(redactUrl(shown)).toBe(shown);
    }),
  );
});

test('a URL without its credentials is still that URL', () => {
  expect(withoutCredentials('https://me:pw@host.test/a?token=x')).toBe('https://host.test/a?token=x');
});
