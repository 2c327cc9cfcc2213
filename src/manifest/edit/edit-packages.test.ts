import { describe, expect, test } from '@jest/globals';
import { failureOf } from '../manifest-rig.js';
import { addEntry, changeEntry, removeEntries, type EntryChange } from './edit-packages.js';
import type { PackageEntry } from './write-lua.js';

const FILE = '/project/fettle.lua';

function text(lua: string) {
  return { file: FILE, bytes: Buffer.from(lua) };
}

function added(lua: string, entry: PackageEntry = { recipe: 'acme.new@v1' }): string {
  return Buffer.from(addEntry(text(lua), entry)).toString();
}

function removed(lua: string, ...indices: number[]): string {
  return Buffer.from(removeEntries(text(lua), indices)).toString();
}

function changed(lua: string, index: number, ...changes: EntryChange[]): string {
  return Buffer.from(changeEntry(text(lua), index, changes)).toString();
}

describe('an entry is added as its neighbours are written', () => {
  const layouts: readonly (readonly [title: string, before: string, after: string])[] = [
    ['an empty list', 'packages = {}\n', 'packages = {\n  "acme.new@v1",\n}\n'],
    ['a list with blanks', 'packages = { }', 'packages = {\n  "acme.new@v1",\n}'],
    [
      'a list with a comment only',
      'packages = {\n    -- "x",\n}\n',
      'packages = {\n    -- "x",\n    "acme.new@v1",\n}\n',
    ],
    ['a list with a comment on its line', 'packages = { --[[ none ]] }', 'packages = { --[[ none ]] "acme.new@v1" }'],
    ['one line', 'packages = { "a.b@1" }\n', 'packages = { "a.b@1", "acme.new@v1" }\n'],
    ['one line that ends with a comma', 'packages = { "a.b@1", }\n', 'packages = { "a.b@1", "acme.new@v1", }\n'],
    ['one tight line', "packages={'a.b@1','c.d@1'}", "packages={'a.b@1','c.d@1','acme.new@v1'}"],
    [
      'a line each',
      'packages = {\n  "a.b@1",\n  "c.d@1",\n}\n',
      'packages = {\n  "a.b@1",\n  "c.d@1",\n  "acme.new@v1",\n}\n',
    ],
    [
      'a line each without the last comma',
      'packages = {\n\t"a.b@1" -- why\n}\n',
      'packages = {\n\t"a.b@1", -- why\n\t"acme.new@v1"\n}\n',
    ],
    [
      'semicolons',
      'packages = {\n  "a.b@1";\n  "c.d@1";\n}\n',
      'packages = {\n  "a.b@1";\n  "c.d@1";\n  "acme.new@v1";\n}\n',
    ],
    [
      'commas in front',
      'packages = {\n    "a.b@1" -- one\n  , "c.d@1" -- two\n}\n',
      'packages = {\n    "a.b@1" -- one\n  , "c.d@1" -- two\n  , "acme.new@v1"\n}\n',
    ],
    [
      'elements below each other, the brace behind the last',
      'packages = {"a.b@1",\n            "c.d@1"}\n',
      'packages = {"a.b@1",\n            "c.d@1",\n            "acme.new@v1"}\n',
    ],
    [
      'tables with both braces on one line',
      'packages = { {\n  recipe = "a.b@1",\n} }\n',
      'packages = { {\n  recipe = "a.b@1",\n}, "acme.new@v1" }\n',
    ],
    [
      'comments behind the last entry',
      'packages = {\n  "a.b@1",\n  -- "later.x@1",\n}\n',
      'packages = {\n  "a.b@1",\n  -- "later.x@1",\n  "acme.new@v1",\n}\n',
    ],
    ['an entry in parentheses', 'packages = { ("a.b@1") }', 'packages = { ("a.b@1"), "acme.new@v1" }'],
    [
      'lines that end with CRLF, below a byte order mark',
      '\ufeffpackages = {\r\n  "a.b@1",\r\n}\r\n',
      '\ufeffpackages = {\r\n  "a.b@1",\r\n  "acme.new@v1",\r\n}\r\n',
    ],
    ['a first line for the shell', '#!/x\npackages = {"a.b@1"}', '#!/x\npackages = {"a.b@1", "acme.new@v1"}'],
  ];

  test.each(layouts)('%s', (_, before, after) => {
    expect(added(before)).toBe(after);
  });

  test('options are written with the quotes and blanks of the list', () => {
    const entry = { recipe: 'a.n@1', options: { version: "2'", flags: [1, true], 'odd name': { end: 'ü\n' } } };
    expect(added("packages = {\n  {recipe='x.y@1', options={a=1}},\n}", entry)).toBe(
      "packages = {\n  {recipe='x.y@1', options={a=1}},\n" +
        "  {recipe='a.n@1', options={version='2\\'', flags={1, true}, ['odd name']={['end']='ü\\n'}}},\n}",
    );
  });

  test('bytes that are no UTF-8 stay as they are', () => {
    const bytes = Buffer.concat([Buffer.from([0x2d, 0x2d, 0xff, 0xfe, 0x0a]), Buffer.from('packages = {"a.b@1"}')]);
    const edited = Buffer.from(addEntry({ file: FILE, bytes }, { recipe: 'a.c@1' }));
    expect(edited.subarray(0, 5)).toEqual(bytes.subarray(0, 5));
    expect(edited.subarray(5).toString()).toBe('packages = {"a.b@1", "a.c@1"}');
  });
});

describe('an entry is removed with its line and the comment behind it', () => {
  const layouts: readonly (readonly [title: string, before: string, index: number, after: string])[] = [
    ['the only one', 'packages = {\n  "a.b@1", -- why\n}\n', 0, 'packages = {}\n'],
    ['the only one beside a comment', 'packages = {\n  -- tools\n  "a.b@1",\n}', 0, 'packages = {\n  -- tools\n}'],
    ['the first of a line', 'packages = { "a.b@1", "c.d@1" }', 0, 'packages = { "c.d@1" }'],
    ['the last of a line', 'packages = { "a.b@1", "c.d@1" }', 1, 'packages = { "a.b@1" }'],
    ['the last before a comma', 'packages = { "a.b@1", "c.d@1", }', 1, 'packages = { "a.b@1", }'],
    [
      'in the middle',
      'packages = {\n  -- about a\n  "a.b@1", -- a\n  -- about c\n  "c.d@1", -- c\n  "e.f@1", -- e\n}',
      1,
      'packages = {\n  -- about a\n  "a.b@1", -- a\n  -- about c\n  "e.f@1", -- e\n}',
    ],
    [
      'the last, where no comma follows',
      'packages = {\n  "a.b@1", -- a\n  "c.d@1" -- c\n}',
      1,
      'packages = {\n  "a.b@1" -- a\n}',
    ],
    [
      'over several lines',
      'packages = {\n  {\n    recipe = "a.b@1", -- inner\n  }, -- outer\n  "c.d@1",\n}',
      0,
      'packages = {\n  "c.d@1",\n}',
    ],
    [
      'between braces',
      'packages = { {\n  recipe = "a.b@1",\n}, {\n  recipe = "c.d@1",\n} }',
      0,
      'packages = { {\n  recipe = "c.d@1",\n} }',
    ],
    ['first, with commas in front', 'packages = {\n    "a.b@1"\n  , "c.d@1"\n}', 0, 'packages = {\n  "c.d@1"\n}'],
    ['last, with commas in front', 'packages = {\n    "a.b@1"\n  , "c.d@1"\n}', 1, 'packages = {\n    "a.b@1"\n}'],
    ['last, before the brace', 'packages = {"a.b@1",\n            "c.d@1"}', 1, 'packages = {"a.b@1"}'],
    [
      'last, before the brace and below a comment',
      'packages = {"a.b@1", -- a\n            "c.d@1"}',
      1,
      'packages = {"a.b@1" -- a\n            }',
    ],
    [
      'one of two on a line with a comment about both',
      'packages = {\n  "a.b@1", "c.d@1", -- both\n}',
      1,
      'packages = {\n  "a.b@1", -- both\n}',
    ],
    [
      'before a comment that goes on below',
      'packages = {\n  "a.b@1", --[[ long\n  text ]]\n  "c.d@1",\n}',
      0,
      'packages = {\n  --[[ long\n  text ]]\n  "c.d@1",\n}',
    ],
  ];

  test.each(layouts)('%s', (_, before, index, after) => {
    expect(removed(before, index)).toBe(after);
  });

  test('several at once', () => {
    expect(removed('packages = { "a.b@1", "c.d@1", "e.f@1" }', 0, 2)).toBe('packages = { "c.d@1" }');
  });
});

describe('an entry is changed in place', () => {
  const version: EntryChange = { path: ['options', 'version'], value: '22' };

  test('an identity alone becomes a table', () => {
    expect(changed('packages = {\n  "a.b@1", -- why\n}', 0, version)).toBe(
      'packages = {\n  { recipe = "a.b@1", options = { version = "22" } }, -- why\n}',
    );
  });

  test('another identity takes the place of the old one', () => {
    expect(changed("packages = { 'a.b@1' }", 0, { path: ['recipe'], value: 'a.b@2' })).toBe("packages = { 'a.b@2' }");
    expect(changed('packages = { { recipe = "a.b@1" } }', 0, { path: ['recipe'], value: 'a.b@2' })).toBe(
      'packages = { { recipe = "a.b@2" } }',
    );
  });

  test('of options only the one that is meant changes, with all comments beside it', () => {
    const lua =
      'packages = {\n  { recipe = "a.b@1", options = {\n    lto = true, -- fast\n    version = "20", -- LTS\n  } },\n}';
    expect(changed(lua, 0, version)).toBe(lua.replace('"20"', '"22"'));
  });

  test('an option that is new stands behind the others', () => {
    const lua = 'packages = {\n  { recipe = "a.b@1", options = {\n    lto = true, -- fast\n  } },\n}';
    expect(changed(lua, 0, version)).toBe(lua.replace('-- fast\n', '-- fast\n    version = "22",\n'));
    expect(changed('packages = { { recipe = "a.b@1", options = {} } }', 0, version)).toBe(
      'packages = { { recipe = "a.b@1", options = { version = "22" } } }',
    );
    expect(changed('packages = { { recipe = "a.b@1" } }', 0, version)).toBe(
      'packages = { { recipe = "a.b@1", options = { version = "22" } } }',
    );
  });

  test('a value that code computes is left to people', () => {
    const lua = 'local v = "20"\npackages = {\n  { recipe = "a.b@1", options = { version = v } },\n}';
    expect(failureOf(() => changed(lua, 0, version))).toMatchObject({ code: 'E_MANIFEST', location: { line: 3 } });
  });
});

describe('a list that is no plain list is left to people', () => {
  const lists: readonly (readonly [reason: string, lua: string, line: number | undefined])[] = [
    ['computed by code', 'local all = {}\npackages = fettle.join(all, {})', 2],
    ['set more than once', 'packages = {}\npackages = { "a.b@1" }', 2],
    ['named fields', 'packages = {\n  [1] = "a.b@1",\n}', 1],
    ['but by code', 'if true then packages = {} end', undefined],
    ['not understood', 'packages = {', undefined],
  ];

  test.each(lists)('%s', (reason, lua, line) => {
    const failure = failureOf(() => added(lua));
    expect([failure.code, failure.location?.line]).toEqual(['E_MANIFEST', line]);
    expect(failure.message).toContain(reason);
  });

  test('an entry that is added by code cannot be removed', () => {
    const lua = 'packages = { "a.b@1" }\npackages[2] = "c.d@1"';
    expect(failureOf(() => removed(lua, 1)).message).toContain('code adds to packages');
  });
});
