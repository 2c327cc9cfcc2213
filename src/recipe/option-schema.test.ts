import { describe, expect, test } from '@jest/globals';
import type { Options } from '../manifest/index.js';
import { RecipeRig, WORK, failureOf } from './recipe-rig.js';

const resolved = (rig: RecipeRig, schema: string, options: Options = {}) =>
  rig.load(`${WORK}options = ${schema}`, { options }).options;

describe('options of a recipe', () => {
  test('without a declaration, are whatever was asked for', () => {
    using rig = new RecipeRig();
    expect(rig.load(WORK, { options: { any: { thing: [1] } } }).options).toEqual({ any: { thing: [1] } });
  });

  test('get the defaults of what was not asked for, and nothing for what has none', () => {
    using rig = new RecipeRig();
    const schema =
      '{ version = { type = "string", default = "1.0" }, debug = { type = "boolean" }, n = { default = {} } }';
    expect(resolved(rig, schema)).toEqual({ version: '1.0', n: [] });
    expect(resolved(rig, schema, { version: '2.0', debug: false })).toEqual({ version: '2.0', debug: false, n: [] });
  });

  test('are a table also when nothing is declared in it', () => {
    using rig = new RecipeRig();
    expect(resolved(rig, '{}')).toEqual({});
  });

  test.each<[string, Options['x'], Options['x']]>([
    ['string', 'a', 1],
    ['boolean', false, 'false'],
    ['integer', -3, 1.5],
    ['integer', 3, '3'],
    ['number', 1.5, '1.5'],
    ['list', ['a'], { a: 1 }],
    ['list', [], 'a'],
    ['table', { a: 1 }, ['a']],
    ['table', [], 'a'],
    ['semver', '1.2.3-rc.1+x', '1.2'],
    ['semver', '1.2.3', 1],
  ])('of type %s: %j is one, %j is not', (type, good, bad) => {
    using rig = new RecipeRig();
    const schema = `{ x = { type = "${type}" } }`;
    expect(resolved(rig, schema, { x: good })).toEqual({ x: good });
    const error = failureOf(() => resolved(rig, schema, { x: bad }));
    expect(error.code).toBe('E_OPTION');
    expect(error.message).toContain('acme.tool@v1');
    expect(error.facts).toMatchObject({ option: 'x', expected: expect.stringContaining('it must be') });
    expect(error.location).toMatchObject({ file: '/project/fettle.lua', line: 4 });
  });

  test('with choices must be one of them', () => {
    using rig = new RecipeRig();
    const schema = '{ kind = { choices = { "static", "shared", 3, { "a", b } } } }';
    expect(resolved(rig, schema, { kind: 'static' })).toEqual({ kind: 'static' });
    expect(resolved(rig, schema, { kind: 3 })).toEqual({ kind: 3 });
    expect(resolved(rig, schema, { kind: ['a'] })).toEqual({ kind: ['a'] });
    const error = failureOf(() => resolved(rig, schema, { kind: 'shard' }));
    expect(error.code).toBe('E_OPTION');
    expect(error.facts).toMatchObject({ option: 'kind', got: '"shard"', nearest: 'shared' });
    expect(error.hint).toContain('shared');
    expect(failureOf(() => resolved(rig, schema, { kind: '3' })).code).toBe('E_OPTION');
  });

  test('that are required must be asked for', () => {
    using rig = new RecipeRig();
    const schema = '{ version = { type = "semver", required = true, description = "the release to use" } }';
    const error = failureOf(() => resolved(rig, schema));
    expect(error.code).toBe('E_OPTION');
    expect(error.facts).toMatchObject({ option: 'version', got: 'nil', field: 'packages[2]' });
    expect(error.hint).toContain('the release to use');
    expect(resolved(rig, schema, { version: '1.0.0' })).toEqual({ version: '1.0.0' });
  });

  test('that are required but have a default need not be asked for', () => {
    using rig = new RecipeRig();
    expect(resolved(rig, '{ v = { required = true, default = 1 } }')).toEqual({ v: 1 });
  });

  test('that are not declared are refused, with the nearest that is', () => {
    using rig = new RecipeRig();
    const error = failureOf(() => resolved(rig, '{ version = {}, debug = {} }', { verison: '1' }));
    expect(error.code).toBe('E_OPTION');
    expect(error.facts).toMatchObject({
      option: 'verison',
      known: ['version', 'debug'],
      nearest: 'version',
      field: 'packages[2].options.verison',
      file: '/project/fettle.lua',
    });
    expect(error.hint).toBe('Did you mean version?');
  });

  test('are all refused when the recipe declares that it has none', () => {
    using rig = new RecipeRig();
    expect(failureOf(() => resolved(rig, '{}', { x: 1 })).hint).toBe('It has no options.');
  });

  test('cannot be confused with what every JavaScript object has', () => {
    using rig = new RecipeRig();
    expect(resolved(rig, '{ constructor = { type = "string" } }')).toEqual({});
    expect(failureOf(() => resolved(rig, '{ x = {} }', { constructor: 1 })).code).toBe('E_OPTION');
  });

  test.each([
    ['"version"', 'options', undefined],
    ['{ "version" }', 'options', undefined],
    ['{ version = "string" }', 'options.version', undefined],
    ['{ version = { type = "strng" } }', 'options.version.type', 'string'],
    ['{ version = { type = 1 } }', 'options.version.type', undefined],
    ['{ version = { requird = true } }', 'options.version.requird', 'required'],
    ['{ version = { required = 1 } }', 'options.version.required', undefined],
    ['{ version = { choices = "a" } }', 'options.version.choices', undefined],
    ['{ version = { type = "string", choices = { 1 } } }', 'options.version.choices[1]', undefined],
    ['{ version = { type = "string", default = 1 } }', 'options.version.default', undefined],
    ['{ version = { choices = { "a" }, default = "b" } }', 'options.version.default', undefined],
    ['{ version = { type = "semver", default = "1" } }', 'options.version.default', undefined],
    ['{ version = { default = print } }', 'options.version.default', undefined],
    ['{ version = { description = 1 } }', 'options.version.description', undefined],
  ])('declared as %s are an error of the recipe, with its place', (schema, field, nearest) => {
    using rig = new RecipeRig();
    const error = failureOf(() => resolved(rig, schema));
    expect([error.code, error.facts['field'], error.location?.line]).toEqual(['E_RECIPE', field, 3]);
    expect(error.facts['nearest']).toBe(nearest);
  });

  test('are given to dependencies and products with the defaults filled in', () => {
    using rig = new RecipeRig();
    const recipe = rig.load(`${WORK}
      options = { version = { default = "9" }, extra = { type = "list", default = { "a" } } }
      function dependencies(options) return { { recipe = "fettle.x@1", options = { v = options.version } } } end
      products = function(options) return { ["tool-" .. options.extra[1]] = "bin/tool" } end
    `);
    expect(recipe.dependencies[0]?.options).toEqual({ v: '9' });
    expect(recipe.products).toEqual({ 'tool-a': 'bin/tool' });
  });
});
