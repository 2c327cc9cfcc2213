import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isAbsolute, join } from 'node:path';
import { UnsafeEntry } from './archive-failure.js';
import { placeEntry } from './entry-path.js';

test.each([
  ['a/b', 0, 'a/b'],
  ['./a//b/', 0, 'a/b'],
  ['a/b/c', 1, 'b/c'],
  ['./a/b', 1, 'a/b'],
  ['a/b', 2, undefined],
  ['./', 0, undefined],
  ['a..b/...', 0, 'a..b/...'],
])('%s stripped of %i parts is %s', (name, strip, place) => {
  expect(placeEntry(name, strip)).toBe(place);
});

test.each([['/a'], ['..'], ['a/..'], ['../a'], ['a/../../b'], ['a\0b']])(
  '%j is unsafe, however much is stripped',
  (name) => {
    expect(() => placeEntry(name, 5)).toThrow(UnsafeEntry);
  },
);

test('no name leaves the destination', () => {
  const parts = fc.array(fc.oneof(fc.constantFrom('..', '.', '', 'a', '\\', '/'), fc.string()));
  fc.assert(
    fc.property(parts, fc.nat(4), (names, strip) => {
      const name = names.join('/');
      let place: string | undefined;
      try {
        place = placeEntry(name, strip);
      } catch (error) {
        expect(error).toBeInstanceOf(UnsafeEntry);
      }
      if (place === undefined) return;
      expect(isAbsolute(place)).toBe(false);
      expect(join('/root', place).startsWith('/root/')).toBe(true);
    }),
  );
});
