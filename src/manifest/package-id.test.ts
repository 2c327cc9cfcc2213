import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseIdentity } from './identity.js';
import type { Options, OptionValue } from './options.js';
import { canonicalOptions, packageId } from './package-id.js';

const { option } = fc.letrec<{ option: OptionValue }>((tie) => ({
  option: fc.oneof(
    { depthSize: 'small' },
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.array(tie('option'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('a', 'b', '1', 'a=1')), tie('option'), { maxKeys: 3 }),
  ),
}));
const options: fc.Arbitrary<Options> = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('a', 'b')), option, {
  maxKeys: 4,
});

describe('canonicalOptions', () => {
  test('is empty without options', () => {
    expect(canonicalOptions({})).toBe('');
  });

  test('sorts keys at every level and keeps arrays in order', () => {
    expect(canonicalOptions({ b: { z: 1, a: [3, 1, 2] }, a: true })).toBe('{a=true,b={a={3,1,2},z=1}}');
  });

  test('tells numbers, booleans and strings apart', () => {
    expect(canonicalOptions({ v: 1 })).toBe('{v=1}');
    expect(canonicalOptions({ v: '1' })).toBe('{v="1"}');
    expect(canonicalOptions({ v: true })).not.toBe(canonicalOptions({ v: 'true' }));
  });

  test('cannot be fooled by text that looks like its own syntax', () => {
    expect(canonicalOptions({ a: 'x",b="y' })).not.toBe(canonicalOptions({ a: 'x', b: 'y' }));
    expect(canonicalOptions({ 'a=1,b': 2 })).not.toBe(canonicalOptions({ a: 1, b: 2 }));
    expect(canonicalOptions({ a: 'b=c' })).not.toBe(canonicalOptions({ a: { b: 'c' } }));
    expect(canonicalOptions({ a: ['1'] })).not.toBe(canonicalOptions({ a: { '1': '1' } }));
  });

  test('does not lose a key that JavaScript treats specially', () => {
    const special = Object.fromEntries([['__proto__', 1]]);
    expect(canonicalOptions(special)).toBe('{__proto__=1}');
  });

  test('is the same for the same options, in whatever order they were written', () => {
    fc.assert(
      fc.property(options, (given) => {
        const reversed = Object.fromEntries(Object.entries(given).reverse());
        expect(canonicalOptions(reversed)).toBe(canonicalOptions(given));
      }),
    );
  });

  test('differs whenever the options differ', () => {
    fc.assert(
      fc.property(options, options, (left, right) => {
        expect(canonicalOptions(left) === canonicalOptions(right)).toBe(comparable(left) === comparable(right));
      }),
      { numRuns: 500 },
    );
  });

  test('differs after any one value of it was changed', () => {
    fc.assert(
      fc.property(options, fc.string({ minLength: 1 }), option, option, (rest, key, before, after) => {
        fc.pre(comparable(before) !== comparable(after));
        const [one, other] = [before, after].map((value) => canonicalOptions(withOption(rest, key, value)));
        expect(one).not.toBe(other);
      }),
      { numRuns: 500 },
    );
  });
});

describe('packageId', () => {
  test('is the identity, followed by the options if there are any', () => {
    const identity = parseIdentity('fettle.node@v1');
    expect(packageId(identity, {})).toBe('fettle.node@v1');
    expect(packageId(identity, { version: '22.11.0' })).toBe('fettle.node@v1{version="22.11.0"}');
  });
});

function withOption(rest: Options, key: string, value: OptionValue): Options {
  return Object.fromEntries([...Object.entries(rest), [key, value]]);
}

/** An independent way to compare: JSON with sorted entries; Lua does not tell an empty array from an empty table. */
function comparable(value: OptionValue): string {
  if (typeof value !== 'object') return JSON.stringify(value === 0 ? 0 : value);
  const entries: readonly (readonly [string, OptionValue])[] = Array.isArray(value)
    ? value.map((element: OptionValue, index) => [`#${index}`, element] as const)
    : Object.entries(value).map(([key, element]) => [`.${key}`, element] as const);
  const texts = entries.map(([key, element]) => JSON.stringify([key, comparable(element)]));
  return `[${texts.sort().join()}]`;
}
