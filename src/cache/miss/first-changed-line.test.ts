import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstChangedLine } from './first-changed-line.js';
import { digestsOf } from './source-lines.js';

describe('the first changed line', () => {
  test.each([
    ['a line that is another', 'a\nb\nc\n', 'a\nB\nc\n', 2],
    ['a line that was added', 'a\nc\n', 'a\nb\nc\n', 2],
    ['a line that was taken out', 'a\nb\nc\n', 'a\nc\n', 2],
    ['lines at the end', 'a\n', 'a\nb\n', 2],
    ['an end that was cut off', 'a\nb', 'a', 1],
    ['a last line that ends now', 'a', 'a\n', 2],
    ['nothing left', 'a\nb\n', '', 1],
  ])('is that of %s', (_what, before, after, line) => {
    expect(firstChangedLine(digestsOf(before), digestsOf(after))).toBe(line);
  });

  test('is undefined for the same text', () => {
    expect(firstChangedLine(digestsOf('a\n'), digestsOf('a\n'))).toBeUndefined();
  });

  test('is a line of the new text, and all lines before it are as they were', () => {
    const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 6 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const line = firstChangedLine(digestsOf(before), digestsOf(after));
        if (line === undefined) return before === after;
        const [earlier, now] = [before.split('\n'), after.split('\n')];
        return line >= 1 && line <= now.length && now.slice(0, line - 1).every((each, at) => each === earlier[at]);
      }),
    );
  });
});
