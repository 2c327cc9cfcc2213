import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseAge, parseSize } from './size-and-age.js';

describe('a size', () => {
  test.each([
    ['0', 0],
    ['1234', 1234],
    ['20G', 20e9],
    ['20GB', 20e9],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['512 MiB', 512 * 2 ** 20],
    ['7k', 7000],
    ['1t', 1e12],
  ])('%s is read', (text, bytes) => {
    expect(parseSize('--max-size', text)).toBe(bytes);
  });

  test.each(['', 'G', '-1', '1e9', '20X', '20 G B', '1,5G', 'constructor', '1.G'])('%j is refused', (text) => {
    expect(() => parseSize('--max-size', text)).toThrow(
      expect.objectContaining({
        code: 'E_USAGE',
        message: '--max-size is not understood',
        facts: { expected: expect.stringContaining('20G'), got: text },
      }),
    );
  });

  test('any whole number of bytes is what it says', () => {
    fc.assert(
      fc.property(fc.nat(), (bytes) => {
        expect(parseSize('--max-size', String(bytes))).toBe(bytes);
      }),
    );
  });
});

describe('an age', () => {
  test.each([
    ['0d', 0],
    ['45s', 45_000],
    ['90min', 5_400_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
    ['0.5 d', 43_200_000],
  ])('%s is read', (text, duration) => {
    expect(parseAge('--older-than', text)).toBe(duration);
  });

  // A month is not of one length, and m could be one or a minute.
  test.each(['', '30', '5m', '-3d', 'd', '3 months'])('%j is refused', (text) => {
    expect(() => parseAge('--older-than', text)).toThrow(
      expect.objectContaining({ code: 'E_USAGE', message: '--older-than is not understood' }),
    );
  });
});
