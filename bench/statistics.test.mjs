import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { compare, summarise } from './statistics.mjs';

const measured = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });

describe('a summary', () => {
  test('of an even count has the middle between the two in the middle', () => {
    expect(summarise([4, 1, 3, 2])).toEqual({ min: 1, median: 2.5, max: 4, count: 4 });
  });

  test('of one number is that number', () => {
    expect(summarise([7])).toEqual({ min: 7, median: 7, max: 7, count: 1 });
  });

  test('is the same in whatever order they were measured, and leaves that order alone', () => {
    fc.assert(
      fc.property(measured, (numbers) => {
        const before = [...numbers];
        const { min, median, max } = summarise(numbers);
        expect(summarise([...numbers].reverse())).toEqual({ min, median, max, count: numbers.length });
        expect(min <= median && median <= max).toBe(true);
        expect(numbers).toEqual(before);
      }),
    );
  });
});

describe('a comparison', () => {
  test('is the ratio of the medians, and the bounds of the ratios in single rounds', () => {
    expect(compare([10, 20, 90], [10, 10, 30])).toEqual({ ratio: 2, min: 1, max: 3 });
  });

  test('of what was measured in other rounds has no bounds', () => {
    expect(compare([10, 20, 30], [10])).toEqual({ ratio: 2 });
  });
});
