import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import { LastOutput } from './last-output.js';

function lineAfter(...chunks: (string | Uint8Array)[]): string | null {
  const output = new LastOutput();
  for (const chunk of chunks) output.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return output.line;
}

test('the last line with something on it counts, also without its end', () => {
  expect(lineAfter('one\ntwo\n\n  \n')).toBe('two');
  expect(lineAfter('one\nreally? [y/n] ')).toBe('really? [y/n]');
  expect(lineAfter('\n\r\n')).toBeNull();
  expect(lineAfter()).toBeNull();
});

test('a progress bar shows as it stands now', () => {
  expect(lineAfter('  1%\r  2%\r', '  3%')).toBe('3%');
  expect(lineAfter('done: 100%\r\n')).toBe('done: 100%');
});

test('lines and characters that are cut by chunks are whole', () => {
  const bytes = Buffer.from('größe 日本語');
  expect(lineAfter(...[...bytes].map((byte) => Uint8Array.of(byte)))).toBe('größe 日本語');
});

test('of much output the end is kept', () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index}`).join('\n');
  expect(lineAfter(lines)).toBe('line 9999');
  expect(lineAfter(lines.slice(0, 3000), lines.slice(3000), '\n')).toBe('line 9999');
  expect(lineAfter('x'.repeat(100_000))).toMatch(/^x{4096}$/);
});

test('nothing that a script writes commands the terminal', () => {
  expect(lineAfter('\u001b[2J\u001b]0;title\u0007\u001b[31mred\u001b[0m\ttab\u0007\u009b1A')).toBe('red tab');
  expect(lineAfter('a\u202eb\u200dc')).toBe('abc');
  const nasty = fc.array(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u001b', '\u001b[', '\r', '\u009b', '\u001b]')),
  );
  fc.assert(
    fc.property(nasty, (parts) => {
      const line = lineAfter(parts.join('')) ?? '';
      expect(line).toBe(stripVTControlCharacters(line));
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }),
  );
});
