import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadRecipe, reopenRecipe } from './load-recipe.js';
import { RecipeRig, WORK, failureOf, requestFor } from './recipe-rig.js';

describe('loadRecipe', () => {
  test('reads everything a recipe may declare', () => {
    using rig = new RecipeRig();
    const recipe = rig.load(`
      description = "A tool" homepage = "https://example.com" license = "MIT" version = "1.2"
      platforms = { "linux", "darwin-arm64" }
      dependencies = { "fettle.cmake@v1" }
      products = { tool = "bin/tool" }
      check = "command -v tool"
      fetch = "https://example.com/tool.tar.gz"
      stage = { strip = 1 }
      build = "make"
      function install(ctx) end
      deploy = { path = { "bin" }, env = { TOOL = "1" } }
    `);
    expect(recipe).toMatchObject({
      identity: { text: 'acme.tool@v1' },
      description: 'A tool',
      homepage: 'https://example.com',
      license: 'MIT',
      version: '1.2',
      platforms: ['linux', 'darwin-arm64'],
      options: {},
      products: { tool: 'bin/tool' },
      check: { form: 'shell', script: 'command -v tool' },
      stage: { form: 'table', strip: 1 },
      build: { form: 'shell', script: 'make' },
      install: { form: 'function', line: 11 },
      deploy: { form: 'table', path: ['bin'], env: { TOOL: '1' } },
      warnings: [],
    });
    expect(recipe.dependencies.map(({ identity }) => identity.text)).toEqual(['fettle.cmake@v1']);
  });

  test('leaves out what is not declared', () => {
    using rig = new RecipeRig();
    const recipe = rig.load('install = "true"');
    expect(recipe).toMatchObject({
      description: undefined,
      version: undefined,
      platforms: undefined,
      dependencies: [],
      products: {},
      check: { form: 'nil' },
      fetch: { form: 'nil' },
      deploy: { form: 'nil' },
      observed: { files: {}, env: {} },
    });
  });

  test('is frozen plain data', () => {
    using rig = new RecipeRig();
    const recipe = rig.load(
      'fetch = { { source = "https://h/a", mirrors = { "https://h/b" } } } products = { a = "b" }',
    );
    for (const part of [recipe, recipe.file, recipe.products, recipe.fetch, recipe.observed, recipe.warnings]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test.each([
    ['fetch', 'fetch = "https://example.com/x"'],
    ['install', 'install = "true"'],
    ['check', 'check = "true"'],
  ])('%s alone makes a recipe', (_name, lua) => {
    using rig = new RecipeRig();
    expect(rig.load(lua).identity.name).toBe('tool');
  });

  test('a recipe without fetch, install and check is refused', () => {
    using rig = new RecipeRig();
    const error = failureOf(() => rig.load('build = "make"'));
    expect(error.code).toBe('E_RECIPE');
    expect(error.facts).toMatchObject({ expected: 'fetch, install or check', file: join(rig.directory, 'recipe.lua') });
  });

  test('when a verb was misspelt, that is the hint', () => {
    using rig = new RecipeRig();
    expect(failureOf(() => rig.load('function instal(ctx) end')).hint).toContain('did you mean install?');
  });

  test('a global that looks like a misspelt verb is a warning', () => {
    using rig = new RecipeRig();
    const { warnings } = rig.load(`${WORK} function instal(ctx) end  dependancies = {}  versions = {}  local bild = 1`);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toBe('acme.tool@v1: the global instal is not used; did you mean install?');
    expect(warnings[1]).toContain('did you mean dependencies?');
  });

  test.each(['description', 'homepage', 'license', 'version'])('%s must be a string', (name) => {
    using rig = new RecipeRig();
    const error = failureOf(() => rig.load(`${WORK}${name} = 1.5`));
    expect(error.code).toBe('E_RECIPE');
    expect(error.facts).toMatchObject({ field: name, got: 'the number 1.5' });
    expect(error.location).toMatchObject({ line: 3, text: `${name} = 1.5` });
  });

  test('platforms are checked by name', () => {
    using rig = new RecipeRig();
    const error = failureOf(() => rig.load(`${WORK}platforms = { "macos" }`));
    expect([error.code, error.facts['nearest'], error.location?.line]).toEqual(['E_RECIPE', 'darwin', 3]);
  });

  test('Lua errors keep their place', () => {
    using rig = new RecipeRig();
    const syntax = failureOf(() => rig.load('fetch = = 1'));
    expect([syntax.code, syntax.location?.line]).toEqual(['E_LUA_SYNTAX', 2]);
    const runtime = failureOf(() => rig.load('\nerror("no")'));
    expect([runtime.code, runtime.location?.line]).toEqual(['E_LUA_RUNTIME', 3]);
  });

  test('a missing file is E_RECIPE_NOT_FOUND', () => {
    using rig = new RecipeRig();
    const file = {
      file: join(rig.directory, 'no.lua'),
      directory: rig.directory,
      digest: '',
      isLocal: true,
      absent: [],
      origin: '',
    };
    const error = failureOf(() => loadRecipe(file, requestFor('a.b@1'), { host: rig.host(), version: '0' }));
    expect(error.code).toBe('E_RECIPE_NOT_FOUND');
  });

  test('two recipes do not see each other and are free to use the same names', () => {
    using rig = new RecipeRig();
    rig.write('one.lua', `identity = "a.one@1" shared = (shared or 0) + 1 install = tostring(shared)`);
    rig.write('two.lua', `identity = "a.two@1" shared = (shared or 0) + 1 install = tostring(shared)`);
    const install = ['one', 'two'].map((name) => rig.loadFile(`${name}.lua`, requestFor(`a.${name}@1`)).recipe.install);
    expect(install).toEqual([
      { form: 'shell', script: '1' },
      { form: 'shell', script: '1' },
    ]);
  });

  test('a thousand trivial recipes load in one process', () => {
    using rig = new RecipeRig();
    rig.write('recipe.lua', 'identity = "a.b@1" install = "true"');
    const file = rig.file('recipe.lua');
    for (let count = 0; count < 1000; count += 1) {
      const { recipe, state } = loadRecipe(file, requestFor('a.b@1'), { host: rig.host(), version: '0' });
      state.close();
      expect(recipe.install.form).toBe('shell');
    }
  });
});

describe('identity', () => {
  const load = (rig: RecipeRig, lua: string) => {
    rig.write('recipe.lua', lua);
    return failureOf(() => rig.loadFile('recipe.lua', requestFor('acme.tool@v1')));
  };

  test('missing: tells what was expected', () => {
    using rig = new RecipeRig();
    const error = load(rig, WORK);
    expect(error.code).toBe('E_RECIPE_IDENTITY');
    expect(error.message).toContain('declares no identity');
    expect(error.facts).toMatchObject({
      expected: 'acme.tool@v1',
      got: 'nil',
      file: join(rig.directory, 'recipe.lua'),
    });
  });

  test.each(['3', '{}', 'true', 'function() end'])('not a string (%s): tells what was expected and found', (lua) => {
    using rig = new RecipeRig();
    const error = load(rig, `${WORK}identity = ${lua}`);
    expect(error.code).toBe('E_RECIPE_IDENTITY');
    expect(error.message).toContain('not a string');
    expect(error.facts).toMatchObject({ expected: 'acme.tool@v1', got: expect.stringMatching(/^(a|the) /) });
    expect(error.location).toMatchObject({ line: 2 });
  });

  test('another one: tells both, and where it stands', () => {
    using rig = new RecipeRig();
    const error = load(rig, `${WORK}identity = "acme.tool@v2"`);
    expect(error.code).toBe('E_RECIPE_IDENTITY');
    expect(error.message).toContain('acme.tool@v2');
    expect(error.facts).toMatchObject({ expected: 'acme.tool@v1', got: 'acme.tool@v2' });
    expect(error.location).toMatchObject({ line: 2, text: 'identity = "acme.tool@v2"' });
  });

  test('is looked at before anything else of the recipe', () => {
    using rig = new RecipeRig();
    expect(load(rig, 'identity = "other.tool@v1" check = {} products = 3').code).toBe('E_RECIPE_IDENTITY');
  });

  test('every recipe declares one, local ones too', () => {
    using rig = new RecipeRig();
    rig.write('recipe.lua', WORK);
    expect(failureOf(() => rig.loadFile('recipe.lua', requestFor('local.x@1'))).code).toBe('E_RECIPE_IDENTITY');
  });
});

describe('what a recipe reads while it loads', () => {
  test('is observed: modules beside it, and the environment', () => {
    using rig = new RecipeRig();
    rig.write('lib/names.lua', 'return { url = "https://example.com/x" }');
    const lua = `local names = require("lib.names") fetch = names.url local cc = os.getenv("CC") or os.getenv("NOPE")`;
    const { observed } = rig.load(lua, { host: { env: { CC: '' } } });
    expect(observed.files).toEqual({ 'lib/names.lua': expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(observed.env['CC']).toBe('');
  });

  test('includes what the functions of dependencies and products read', () => {
    using rig = new RecipeRig();
    const lua = `${WORK} function products() return { [os.getenv("NAME") or "tool"] = "bin/tool" } end`;
    const recipe = rig.load(lua, { host: { env: { NAME: 'other' } } });
    expect(recipe.observed.env).toEqual({ NAME: 'other' });
    expect(recipe.products).toEqual({ other: 'bin/tool' });
  });
});

describe('reopenRecipe', () => {
  const options = (rig: RecipeRig) => ({ host: rig.host(), version: '0.0.1' });

  test('runs the recipe again, so that its functions can be called', async () => {
    using rig = new RecipeRig();
    const recipe = rig.load('function install(ctx) return ctx.answer + 1 end');
    using state = reopenRecipe(recipe, options(rig));
    const install = state.global('install');
    expect(install).toMatchObject({ line: 2 });
    expect(await state.call(install as never, [{ answer: 41 }])).toEqual([42]);
  });

  test('refuses a recipe that was changed meanwhile', () => {
    using rig = new RecipeRig();
    const recipe = rig.load('function install(ctx) end');
    writeFileSync(recipe.file.file, 'identity = "acme.tool@v1" install = "rm -rf x"');
    const error = failureOf(() => reopenRecipe(recipe, options(rig)));
    expect([error.code, error.facts['file']]).toEqual(['E_RECIPE', recipe.file.file]);
  });

  test('runs the text that was loaded where that is at hand, whatever has become of the file', async () => {
    using rig = new RecipeRig();
    const recipe = rig.load('function install() return 42 end');
    const text = readFileSync(recipe.file.file);
    writeFileSync(recipe.file.file, 'identity = "acme.tool@v1" install = "rm -rf x"');
    using state = reopenRecipe(recipe, options(rig), text);
    expect(await state.call(state.global('install') as never, [])).toEqual([42]);
  });

  test('the digest of a recipe is that of the text that ran', () => {
    using rig = new RecipeRig();
    rig.write('recipe.lua', 'identity = "a.b@1" install = "one"');
    const stale = rig.file('recipe.lua');
    rig.write('recipe.lua', 'identity = "a.b@1" install = "two"');
    const load = (file: typeof stale) => loadRecipe(file, requestFor('a.b@1'), options(rig));
    const { recipe, state } = load(stale);
    state.close();
    expect(recipe.file.digest).toBe(rig.file('recipe.lua').digest);
    expect(failureOf(() => load({ ...stale, isLocal: false })).code).toBe('E_RECIPE');
  });

  test('what was read when the recipe was found is what runs, and is not kept', () => {
    using rig = new RecipeRig();
    const text = 'identity = "a.b@1" install = "one"';
    rig.write('recipe.lua', text);
    const found = { ...rig.file('recipe.lua'), content: Buffer.from(text) };
    rig.write('recipe.lua', 'identity = "a.b@1" install = "two"');
    const { recipe, state } = loadRecipe(found, requestFor('a.b@1'), options(rig));
    state.close();
    expect(recipe.install).toMatchObject({ script: 'one' });
    expect(recipe.file.digest).toBe(found.digest);
    expect(recipe.file).not.toHaveProperty('content');
  });
});
