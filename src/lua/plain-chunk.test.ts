import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPlainChunk } from './plain-chunk.js';
import { openTestState } from './test-rig.js';
import { LuaTable, type LuaValue } from './values.js';

const NAMES = ['packages', 'strict', 'platforms'];

/** What two readings have in common: named fields in their order, elements by their number. */
function shapeOf(value: LuaValue): unknown {
  if (!(value instanceof LuaTable)) return { value };
  const array = value.asArray();
  if (array) return array.map(shapeOf);
  return { fields: [...value.entries].map(([key, field]) => [key, shapeOf(field)]) };
}

function readByLua(source: Uint8Array): unknown {
  using state = openTestState();
  state.run(source, 'fettle.lua');
  return state.assignedGlobals().map((name) => [name, shapeOf(state.global(name))]);
}

function readPlainly(source: string | Uint8Array): unknown {
  const globals = readPlainChunk(source, NAMES);
  return globals && [...globals].map(([name, value]) => [name, shapeOf(value)]);
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What may stand between two words. */
const gap = fc
  .array(fc.constantFrom(' ', '\n', '\t', '\r\n', '\v\f', '-- a "comment" = {\n', '--\r', '--- [[ ]]\n'), {
    maxLength: 2,
  })
  .map((parts) => parts.join(''));
const word = fc.constantFrom('a', 'recipe', '_x1', 'Z', 'ends', 'nill');
const text = fc.stringMatching(/^[ -&(-[\]-~é漢\t]{0,8}$/);
const string = text.chain((content) => fc.constantFrom(`'${content}'`, `"${content.replaceAll('"', '')}"`));
const { chunk } = fc.letrec<{ value: string; table: string; fields: string; elements: string; chunk: string }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      string,
      fc.nat(999_999_999).map(String),
      fc.constantFrom('true', 'false', '{}', '007'),
      tie('table'),
    ),
    table: fc.oneof(tie('fields'), tie('elements')),
    fields: fc
      .array(fc.tuple(word, gap, tie('value'), fc.constantFrom(',', ';'), fc.boolean()), { maxLength: 4 })
      .map(
        (all) =>
          `{${all.map(([key, space, value, end, isLong]) => `${space}${isLong ? `["${key}"]` : key}${space}=${value}${space}${end}`).join('')}}`,
      ),
    elements: fc
      .array(fc.tuple(gap, tie('value')), { maxLength: 60 })
      .map((all) => `{${all.map(([space, value]) => `${space}${value}${space}`).join(',')}}`),
    chunk: fc
      .array(fc.tuple(gap, tie('value'), fc.constantFrom(';', '\n', ' ')), { maxLength: 3 })
      .map((all) =>
        all.map(([space, value, end], index) => `${space}${NAMES[index] ?? ''}${space}= ${value}${end}`).join(''),
      ),
  }),
);

describe('a chunk of constants', () => {
  test('is read as Lua reads it, or not at all', () => {
    fc.assert(
      fc.property(chunk, (source) => {
        const plain = readPlainly(encode(source));
        if (plain !== undefined) expect(plain).toEqual(readByLua(encode(source)));
        // A field that is written twice is for Lua; nothing else here is.
        if (plain === undefined) expect(source).toMatch(/(a|recipe|_x1|Z|ends|nill)/);
      }),
      { numRuns: 200 },
    );
  });

  test('that something was added to is read as Lua reads it, or not at all', () => {
    const added = fc.constantFrom(
      ...Array.from(`"'\\[]{}()=,;.-+#:\n 0x7e`),
      'nil',
      'end',
      '..',
      '--[[',
      'é',
      '\0',
      '==',
    );
    fc.assert(
      fc.property(chunk, added, fc.nat(), (source, more, place) => {
        const at = place % (source.length + 1);
        const changed = encode(source.slice(0, at) + more + source.slice(at));
        const plain = readPlainly(changed);
        if (plain !== undefined) expect(plain).toEqual(readByLua(changed));
      }),
      { numRuns: 400 },
    );
  });

  test('may be a manifest as people write it', () => {
    const source = `
      -- what this project needs
      strict = true
      packages = {
        "acme.one@v1",
        { recipe = 'acme.two@v1', options = { version = "1.2", ["with-tests"] = false, jobs = 4 } }, -- two
      };
      platforms = { "linux", "darwin-arm64" }
    `;
    expect(readPlainly(source)).toEqual(readByLua(encode(source)));
    expect(readPlainChunk(source, NAMES)?.get('strict')).toBe(true);
  });
});

test.each([
  ['a global that may be one of a library', 'string = "x"'],
  ['a global that is assigned twice', 'strict = true strict = false'],
  ['a field that is given twice', 'packages = { a = 1, a = 2 }'],
  ['a table with fields both with and without names', 'packages = { "x", a = 1 }'],
  ['a local', 'local strict = true'],
  ['a call', 'packages = f()'],
  ['a call of a string', 'packages = "x" ("y")'],
  ['an expression', 'packages = { "a" .. "b" }'],
  ['a variable', 'packages = strict'],
  ['nil', 'packages = nil'],
  ['a function', 'packages = { fetch = function() end }'],
  ['a field of a table', 'packages = {} packages.a = 1'],
  ['an escape', 'packages = "\\n"'],
  ['a long string', 'packages = [[x]]'],
  ['a long comment', '--[[ x ]] strict = true'],
  ['a float', 'packages = 1.5'],
  ['a negative number', 'packages = -1'],
  ['a number of another base', 'packages = 0x10'],
  ['a number beyond 32 bits', 'packages = 4294967296'],
  ['a number as a key', 'packages = { [1] = "x" }'],
  ['an unfinished table', 'packages = { "x"'],
  ['an unfinished string', 'packages = "x'],
  ['a keyword for a name', 'packages = { end = 1 }'],
  ['two values', 'packages = "x" "y"'],
  ['a comparison', 'packages = { a == 1 }'],
  ['tables within tables without end', `packages = ${'{'.repeat(60)}${'}'.repeat(60)}`],
  ['a first line for a shell', '#!/usr/bin/lua\nstrict = true'],
  ['a byte order mark', '\ufeffstrict = true'],
])('%s is for Lua', (_what, source) => {
  expect(readPlainChunk(encode(source), NAMES)).toBeUndefined();
});

test('what is not UTF-8 is for Lua', () => {
  expect(readPlainChunk(Uint8Array.from([...encode('packages = "'), 0xff, ...encode('"')]), NAMES)).toBeUndefined();
});
