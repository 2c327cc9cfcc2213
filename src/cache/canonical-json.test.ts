import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, derivationKey } from './index.js';

/** The same data with the fields of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, field]) => [name, reordered(field)]),
  );
}

describe('canonicalJson', () => {
  test('sorts keys by code unit at every level and keeps the order of lists', () => {
    const value = { b: [2, 1], a: { é: 1, z: 2, Z: 3, '10': 4, '9': 5 } };
    expect(canonicalJson(value)).toBe('{"a":{"10":4,"9":5,"Z":3,"z":2,"é":1},"b":[2,1]}');
  });

  test('keeps apart what is not the same', () => {
    const different = [
      1,
      '1',
      true,
      'true',
      null,
      'null',
      [],
      {},
      '',
      [''],
      [[]],
      { a: [] },
      { a: null },
      [1, 2],
      [12],
    ];
    expect(new Set(different.map(canonicalJson)).size).toBe(different.length);
  });

  test('has one zero, and leaves fields out that are undefined', () => {
    expect(canonicalJson([-0, 0])).toBe('[0,0]');
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  test.each([
    ['NaN', { a: Number.NaN }, '$.a'],
    ['an infinity', [Infinity], '$[0]'],
    ['undefined in a list', [undefined], '$[0]'],
    ['a hole in a list', [, 1], '$[0]'],
    ['undefined itself', undefined, '$'],
    ['a function', { a: () => 1 }, '$.a'],
    ['a big integer', { a: 1n }, '$.a'],
    ['a class instance', { a: new Map() }, '$.a'],
    ['a date', { a: new Date(0) }, '$.a'],
  ])('refuses %s and says where', (_name, value, place) => {
    expect(() => canonicalJson(value)).toThrow(place);
  });

  test('refuses a circle, but not a value that occurs twice', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => canonicalJson(circle)).toThrow('contains itself');
    const twice = { x: 1 };
    expect(canonicalJson([twice, twice])).toBe('[{"x":1},{"x":1}]');
  });

  test('does not depend on the order in which fields were set', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(value) === canonicalJson(reordered(value))));
  });

  test('can be read back, so two different values never have one text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('derivationKey', () => {
  test('is the SHA-256 of the canonical text', () => {
    // echo -n '{}' | sha256sum
    expect(derivationKey({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });

  test('tells apart any two inputs whose canonical text differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(derivationKey(left) === derivationKey(right)).toBe(canonicalJson(left) === canonicalJson(right));
      }),
    );
  });
});
