import { expect, test } from '@jest/globals';
import { UnsafeEntry } from './archive-failure.js';
import { DEFAULT_LIMITS, ExtractMeter, FREE_OF_RATIO } from './limits.js';

test('one entry more than the limit is refused, and named', () => {
  const meter = new ExtractMeter({ ...DEFAULT_LIMITS, maxEntries: 2 }, 100);
  meter.countEntry('a');
  meter.countEntry('b');
  expect(() => {
    meter.countEntry('c');
  }).toThrow(expect.objectContaining({ entry: 'c', facts: { limit: 2, got: 3 } }));
});

test('one byte more than the limit is refused', () => {
  const meter = new ExtractMeter({ ...DEFAULT_LIMITS, maxBytes: 10 }, 100);
  meter.countContent('a', 10);
  expect(meter.bytes).toBe(10);
  expect(() => {
    meter.countContent('b', 1);
  }).toThrow(UnsafeEntry);
});

test('the ratio counts only beyond what may come out of any archive', () => {
  const meter = new ExtractMeter({ ...DEFAULT_LIMITS, maxRatio: 1000 }, 10);
  meter.countUnpacked('a', FREE_OF_RATIO);
  expect(() => {
    meter.countUnpacked('a', 1);
  }).toThrow(expect.objectContaining({ entry: 'a', reason: expect.stringContaining('far more') }));
});

test('an archive that packs well, but not incredibly, is fine', () => {
  const meter = new ExtractMeter(DEFAULT_LIMITS, FREE_OF_RATIO);
  meter.countUnpacked('a', 1000 * FREE_OF_RATIO);
  expect(() => {
    meter.countUnpacked('a', FREE_OF_RATIO);
  }).toThrow(UnsafeEntry);
});
