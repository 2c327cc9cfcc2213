import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { LuaTable, type LuaKey, type LuaValue } from '../lua/index.js';
import { ManifestRig, failureOf } from './manifest-rig.js';
import { parseRequest } from './parse-request.js';

const WHERE = { file: '/p/recipe.lua', directory: '/p', field: 'dependencies[1]', line: 7 };
const SHA = 'a'.repeat(64);

const table = (fields: Readonly<Record<string, LuaValue>>) =>
  new LuaTable(new Map<LuaKey, LuaValue>(Object.entries(fields)));

/** The error of a manifest whose second line is this one entry. */
function entryFailure(entry: string) {
  using rig = new ManifestRig();
  return failureOf(() => rig.load(`packages = {\n  ${entry},\n}`));
}

describe('an entry', () => {
  test('has all its fields read', () => {
    using rig = new ManifestRig();
    const [request] = rig.load(`packages = { {
      recipe = "vendor.kit@v1", source = "https://example.com/kit.git", ref = "3f2c", subdir = "./kit//lua",
      options = { deep = { list = { 1, "1", true } } }, platforms = { "linux" },
    } }`).packages;
    expect(request).toMatchObject({
      identity: { text: 'vendor.kit@v1' },
      source: { kind: 'git', text: 'https://example.com/kit.git' },
      ref: '3f2c',
      subdir: 'kit/lua',
      options: { deep: { list: [1, '1', true] } },
      platforms: ['linux'],
      integrity: undefined,
      neededBy: undefined,
      fetch: undefined,
      fetchDependencies: [],
    });
  });

  test('may have a digest in any case', () => {
    using rig = new ManifestRig();
    const [request] = rig.load(
      `packages = { { recipe = "v.g@2", source = "https://example.com/gcc.lua", sha256 = "${SHA.toUpperCase()}" } }`,
    ).packages;
    expect(request?.integrity).toEqual({ algorithm: 'sha256', value: SHA });
  });

  test('may have a fetch function with what it needs; the state stays open for it', () => {
    using rig = new ManifestRig();
    const { packages, state } = rig.load(`packages = { {
      recipe = "vendor.exotic@v1",
      dependencies = { "fettle.tool@v1", { recipe = "local.x@1", options = { a = 1 } } },
      fetch = function(ctx) end,
    } }`);
    expect(packages[0]?.fetch).toMatchObject({ line: 4 });
    expect(packages[0]?.fetchDependencies.map(({ identity }) => identity.text)).toEqual([
      'fettle.tool@v1',
      'local.x@1',
    ]);
    expect(state).toBeDefined();
  });

  test.each([
    ['a number', '3', 'E_MANIFEST', 'packages[1]'],
    ['a function', 'function() end', 'E_MANIFEST', 'packages[1]'],
    ['without recipe', '{ source = "x.lua" }', 'E_MANIFEST', 'packages[1]'],
    ['with a recipe that is no string', '{ recipe = 3 }', 'E_MANIFEST', 'packages[1].recipe'],
    ['with a misspelt field', '{ recipe = "a.b@1", optoins = {} }', 'E_MANIFEST', 'packages[1].optoins'],
    ['with a positional element', '{ "a.b@1", options = {} }', 'E_MANIFEST', 'packages[1][1]'],
    ['with a source that is no string', '{ recipe = "a.b@1", source = {} }', 'E_MANIFEST', 'packages[1].source'],
    ['with an empty source', '{ recipe = "a.b@1", source = "" }', 'E_MANIFEST', 'packages[1].source'],
    ['with a git source without ref', '{ recipe = "a.b@1", source = "git://h/x" }', 'E_MANIFEST', 'packages[1].source'],
    [
      'with a ref that is no string',
      '{ recipe = "a.b@1", source = "git://h/x", ref = 1 }',
      'E_MANIFEST',
      'packages[1].ref',
    ],
    [
      'with a ref but no git source',
      '{ recipe = "a.b@1", source = "x.lua", ref = "1" }',
      'E_MANIFEST',
      'packages[1].ref',
    ],
    [
      'with a digest of a repository',
      `{ recipe = "a.b@1", source = "git://h/x", ref = "1", sha256 = "${SHA}" }`,
      'E_MANIFEST',
      'packages[1].sha256',
    ],
    ['with a sha256 that is no string', '{ recipe = "a.b@1", sha256 = 3 }', 'E_MANIFEST', 'packages[1].sha256'],
    ['with subdir but no source', '{ recipe = "a.b@1", subdir = "x" }', 'E_MANIFEST', 'packages[1].subdir'],
    [
      'with a subdir that leads out',
      '{ recipe = "a.b@1", source = "x", subdir = "a/../.." }',
      'E_MANIFEST',
      'packages[1].subdir',
    ],
    [
      'with an absolute subdir',
      '{ recipe = "a.b@1", source = "x", subdir = "/etc" }',
      'E_MANIFEST',
      'packages[1].subdir',
    ],
    ['with needed_by', '{ recipe = "a.b@1", needed_by = "build" }', 'E_MANIFEST', 'packages[1].needed_by'],
    ['with a fetch that is no function', '{ recipe = "a.b@1", fetch = "x" }', 'E_MANIFEST', 'packages[1].fetch'],
    [
      'with both source and fetch',
      '{ recipe = "a.b@1", source = "x", fetch = print }',
      'E_MANIFEST',
      'packages[1].fetch',
    ],
    [
      'with dependencies but no fetch',
      '{ recipe = "a.b@1", dependencies = { "c.d@1" } }',
      'E_MANIFEST',
      'packages[1].dependencies',
    ],
    ['with options that are no table', '{ recipe = "a.b@1", options = "x" }', 'E_OPTION', 'packages[1].options'],
    ['with options that are a list', '{ recipe = "a.b@1", options = { "x" } }', 'E_OPTION', 'packages[1].options'],
    [
      'with a function as an option',
      '{ recipe = "a.b@1", options = { x = { y = print } } }',
      'E_OPTION',
      'packages[1].options.x.y',
    ],
    ['with an infinite option', '{ recipe = "a.b@1", options = { x = 1/0 } }', 'E_OPTION', 'packages[1].options.x'],
    ['with a NaN option', '{ recipe = "a.b@1", options = { x = 0/0 } }', 'E_OPTION', 'packages[1].options.x'],
    [
      'with an option of raw bytes',
      '{ recipe = "a.b@1", options = { x = "\\255" } }',
      'E_OPTION',
      'packages[1].options.x',
    ],
    [
      'with a mixed option',
      '{ recipe = "a.b@1", options = { x = { 1, y = 2 } } }',
      'E_OPTION',
      'packages[1].options.x',
    ],
    [
      'with a gap in an option',
      '{ recipe = "a.b@1", options = { x = { 1, nil, 3 } } }',
      'E_OPTION',
      'packages[1].options.x',
    ],
  ])('%s is refused with file, line and field', (_name, entry, code, field) => {
    const error = entryFailure(entry);
    expect([error.code, error.facts['field'], error.location?.line]).toEqual([code, field, 2]);
    expect(error.facts['file']).toMatch(/fettle\.lua$/);
    expect(error.location?.text).toContain(entry);
  });

  test.each([
    ['optoins', 'options'],
    ['source_', 'source'],
    ['platform', 'platforms'],
    ['sha265', 'sha256'],
    ['url', 'source'],
    ['identity', 'recipe'],
  ])('names the field that %s was meant to be', (written, nearest) => {
    const error = entryFailure(`{ recipe = "a.b@1", ${written} = "x" }`);
    expect(error.facts['nearest']).toBe(nearest);
    expect(error.hint).toContain(nearest);
  });

  test('lists the fields when none is near', () => {
    expect(entryFailure('{ recipe = "a.b@1", wibble = 1 }').hint).toContain('recipe, source, sha256');
  });

  test('with a bad identity is E_IDENTITY with its place', () => {
    for (const entry of ['"gcc@v2"', '{ recipe = "gcc@v2" }']) {
      const error = entryFailure(entry);
      expect(error.code).toBe('E_IDENTITY');
      expect(error.facts).toMatchObject({ expected: 'namespace.name@version', got: 'gcc@v2' });
      expect(error.location).toMatchObject({ line: 2 });
    }
  });

  test('with a bad digest is E_INTEGRITY_SPEC with its place', () => {
    const error = entryFailure('{ recipe = "a.b@1", source = "https://h/x", sha256 = "abc" }');
    expect([error.code, error.location?.line]).toEqual(['E_INTEGRITY_SPEC', 2]);
  });

  test('with a source of an unknown kind is E_SOURCE with its place', () => {
    const error = entryFailure('{ recipe = "a.b@1", source = "gopher://h/x" }');
    expect([error.code, error.location?.line]).toEqual(['E_SOURCE', 2]);
  });

  test.each([
    ['source = "https://example.com/x.lua"', 'https://example.com/x.lua'],
    ['source = "git://example.com/x", ref = "1"', 'git://example.com/x'],
    ['fetch = print', 'a fetch function'],
  ])('of the namespace local cannot have %s', (fields, got) => {
    const error = entryFailure(`{ recipe = "local.x@1", ${fields} }`);
    expect(error.code).toBe('E_LOCAL_ACCESS');
    expect(error.facts).toMatchObject({ identity: 'local.x@1', got });
    expect(error.location?.line).toBe(2);
  });
});

describe('a dependency', () => {
  test('takes relative sources from the folder of its recipe', () => {
    const request = parseRequest(table({ recipe: 'a.b@1', source: '../b.lua' }), WHERE, 'dependency');
    expect(request.source).toMatchObject({ kind: 'path', path: join('/b.lua') });
    expect(request.declaredIn).toMatchObject(WHERE);
  });

  test.each(['check', 'fetch', 'stage', 'build', 'install', 'deploy'])('may be needed by %s', (phase) => {
    expect(parseRequest(table({ recipe: 'a.b@1', needed_by: phase }), WHERE, 'dependency').neededBy).toBe(phase);
  });

  test.each<[LuaValue, string | undefined]>([
    ['recipe_fetch', undefined],
    ['biuld', 'build'],
    ['compile', undefined],
    [3, undefined],
  ])('cannot be needed by %s', (phase, nearest) => {
    const error = failureOf(() => parseRequest(table({ recipe: 'a.b@1', needed_by: phase }), WHERE, 'dependency'));
    expect(error.code).toBe('E_RECIPE');
    expect(error.facts).toMatchObject({ field: 'dependencies[1].needed_by' });
    expect(error.facts['nearest']).toBe(nearest);
    expect(error.location).toMatchObject({ file: '/p/recipe.lua', line: 7 });
  });

  test('has errors of its own code', () => {
    expect(failureOf(() => parseRequest(3, WHERE, 'dependency')).code).toBe('E_RECIPE');
    expect(failureOf(() => parseRequest(3, WHERE, 'package')).code).toBe('E_MANIFEST');
  });

  test('refuses needed_by for what only its fetch needs', () => {
    const inner = new LuaTable(new Map<LuaKey, LuaValue>([[1, table({ recipe: 'c.d@1', needed_by: 'build' })]]));
    const error = failureOf(() => parseRequest(table({ recipe: 'a.b@1', dependencies: inner }), WHERE, 'dependency'));
    expect([error.code, error.facts['field']]).toEqual(['E_RECIPE', 'dependencies[1].dependencies[1].needed_by']);
  });
});
