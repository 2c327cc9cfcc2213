import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RecipeRig, WORK, failureOf } from './recipe-rig.js';

describe('dependencies', () => {
  test('are read with their phase, options and source', () => {
    using rig = new RecipeRig();
    const { dependencies } = rig.load(`${WORK}dependencies = {
      "fettle.cmake@v1",
      { recipe = "acme.lib@v1", source = "lib/lib.lua", options = { shared = true }, needed_by = "build" },
    }`);
    expect(dependencies).toMatchObject([
      { identity: { text: 'fettle.cmake@v1' }, neededBy: undefined, source: undefined },
      {
        identity: { text: 'acme.lib@v1' },
        neededBy: 'build',
        options: { shared: true },
        source: { kind: 'path', path: join(rig.directory, 'lib/lib.lua') },
        declaredIn: { field: 'dependencies[2]', line: 5 },
      },
    ]);
  });

  test('may be none: an empty table, or a function that returns nothing', () => {
    using rig = new RecipeRig();
    expect(rig.load(`${WORK}dependencies = {}`).dependencies).toEqual([]);
    expect(rig.load(`${WORK}function dependencies() end`).dependencies).toEqual([]);
  });

  test('for other platforms are left out', () => {
    using rig = new RecipeRig();
    const lua = `${WORK}dependencies = { { recipe = "a.b@1", platforms = { "windows" } }, "c.d@1" }`;
    const names = (recipe: ReturnType<typeof rig.load>) => recipe.dependencies.map(({ identity }) => identity.text);
    expect(names(rig.load(lua))).toEqual(['c.d@1']);
    expect(names(rig.load(lua, { host: { platform: 'windows' } }))).toEqual(['a.b@1', 'c.d@1']);
  });

  test('named twice are one, unless for different phases', () => {
    using rig = new RecipeRig();
    const { dependencies } = rig.load(`${WORK}dependencies = {
      "a.b@1", { recipe = "a.b@1" }, { recipe = "a.b@1", needed_by = "build" },
    }`);
    expect(dependencies.map(({ neededBy }) => neededBy)).toEqual([undefined, 'build']);
  });

  test('from two sources are a conflict', () => {
    using rig = new RecipeRig();
    const error = failureOf(() =>
      rig.load(`${WORK}dependencies = { { recipe = "a.b@1", source = "x.lua" }, "a.b@1" }`),
    );
    expect(error.code).toBe('E_SOURCE_CONFLICT');
    expect(error.facts).toMatchObject({ identity: 'a.b@1', second: expect.stringContaining('dependencies[2]') });
  });

  test.each([
    ['"a.b@1"', 'E_RECIPE', 'dependencies'],
    ['{ recipe = "a.b@1" }', 'E_RECIPE', 'dependencies'],
    ['{ "a.b@1", nil, "c.d@1" }', 'E_RECIPE', 'dependencies'],
    ['{ 3 }', 'E_RECIPE', 'dependencies[1]'],
    ['{ { recipe = "a.b@1", neededby = "build" } }', 'E_RECIPE', 'dependencies[1].neededby'],
    ['{ { recipe = "a.b@1", needed_by = "bild" } }', 'E_RECIPE', 'dependencies[1].needed_by'],
    ['{ { recipe = "a.b@1", options = 1 } }', 'E_OPTION', 'dependencies[1].options'],
    ['function() return "a.b@1" end', 'E_RECIPE', 'dependencies'],
    ['function() return { 3 } end', 'E_RECIPE', 'dependencies[1]'],
  ])('dependencies = %s is an error with its place', (lua, code, field) => {
    using rig = new RecipeRig();
    const error = failureOf(() => rig.load(`${WORK}dependencies = ${lua}`));
    expect([error.code, error.facts['field'], error.location?.line]).toEqual([code, field, 3]);
  });

  test('a function that fails keeps its Lua error', () => {
    using rig = new RecipeRig();
    const error = failureOf(() => rig.load(`${WORK}function dependencies(options)\n  return options.a.b\nend`));
    expect([error.code, error.location?.line]).toEqual(['E_LUA_RUNTIME', 4]);
  });

  test.each(['"local.x@1"', '{ recipe = "local.x@1", source = "x.lua" }'])(
    'a recipe that is not local may not have %s',
    (entry) => {
      using rig = new RecipeRig();
      const error = failureOf(() => rig.load(`${WORK}dependencies = { ${entry} }`));
      expect(error.code).toBe('E_LOCAL_ACCESS');
      expect(error.facts).toMatchObject({ recipe: 'acme.tool@v1', dependency: 'local.x@1' });
      expect(error.message).toMatch(/acme\.tool@v1.*local\.x@1/);
      expect(error.location?.line).toBe(3);
    },
  );

  test('nor may what fetches its dependencies be local', () => {
    using rig = new RecipeRig();
    const entry = '{ recipe = "a.b@1", fetch = print, dependencies = { "local.x@1" } }';
    expect(failureOf(() => rig.load(`${WORK}dependencies = { ${entry} }`)).code).toBe('E_LOCAL_ACCESS');
  });

  test('a local recipe may have local and other dependencies', () => {
    using rig = new RecipeRig();
    const lua = `${WORK}dependencies = { "local.x@1", "fettle.y@1" }`;
    expect(rig.load(lua, { identity: 'local.z@1' }).dependencies).toHaveLength(2);
  });
});

describe('products', () => {
  test('are names and paths, or a function that returns them', () => {
    using rig = new RecipeRig();
    expect(rig.load(`${WORK}products = { cmake = "bin/cmake", ["g++"] = "./bin/g++" }`).products).toEqual({
      cmake: 'bin/cmake',
      'g++': './bin/g++',
    });
    expect(rig.load(`${WORK}products = function() return nil end`).products).toEqual({});
  });

  test.each([
    ['{ x = "/usr/bin/x" }', 'E_PRODUCT', 'products.x'],
    ['{ x = "../x" }', 'E_PRODUCT', 'products.x'],
    ['{ x = "bin/../../x" }', 'E_PRODUCT', 'products.x'],
    ['{ x = "bin\\\\..\\\\..\\\\x" }', 'E_PRODUCT', 'products.x'],
    ['{ x = "C:/x" }', 'E_PRODUCT', 'products.x'],
    ['{ ["a/b"] = "bin/x" }', 'E_PRODUCT', 'products["a/b"]'],
    ['{ [".."] = "bin/x" }', 'E_PRODUCT', 'products[".."]'],
    ['{ ["-x"] = "bin/x" }', 'E_PRODUCT', 'products["-x"]'],
    ['{ ["a b"] = "bin/x" }', 'E_PRODUCT', 'products["a b"]'],
    ['{ x = "" }', 'E_RECIPE', 'products.x'],
    ['{ x = 3 }', 'E_RECIPE', 'products.x'],
    ['{ "x" }', 'E_RECIPE', 'products'],
    ['"x"', 'E_RECIPE', 'products'],
    ['function() return "x" end', 'E_RECIPE', 'products'],
    ['function() return { x = "/x" } end', 'E_PRODUCT', 'products.x'],
  ])('products = %s is an error with its place', (lua, code, field) => {
    using rig = new RecipeRig();
    const error = failureOf(() => rig.load(`${WORK}products = ${lua}`));
    expect([error.code, error.facts['field'], error.location?.line]).toEqual([code, field, 3]);
  });
});
