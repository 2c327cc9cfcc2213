import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatBytes, formatDuration, formatRate } from './human-units.js';

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [305_123, '305 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1_100_000_000, '1.1 GB'],
    [3e18, '3000 PB'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test('never shows more than four digits below an exabyte, and stays within six percent of the truth', () => {
    const factors: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        const [number = '', unit = ''] = formatBytes(bytes).split(' ');
        expect(number.length).toBeLessThanOrEqual(4);
        expect(Math.abs(Number(number) * (factors[unit] ?? NaN) - bytes) / bytes).toBeLessThan(0.06);
      }),
    );
  });
});

describe('formatDuration', () => {
  test.each([
    [-5, '0 ms'],
    [0, '0 ms'],
    [99.4, '99 ms'],
    [99.6, '0.1 s'],
    [949, '0.9 s'],
    [9949, '9.9 s'],
    [9960, '10 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_600, '1 h'],
    [7_440_000, '2 h 4 min'],
  ])('%d milliseconds read %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

test('a rate over no time at all is finite', () => {
  expect(formatRate(2000, 1000)).toBe('2.0 kB/s');
  expect(formatRate(5, 0)).toBe('5.0 kB/s');
});
