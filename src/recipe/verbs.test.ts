import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RecipeRig, WORK, failureOf } from './recipe-rig.js';

const SHA = '0123456789abcdef'.repeat(4);

describe('verbs', () => {
  test.each(['check', 'stage', 'build', 'install', 'deploy'] as const)(
    '%s may be nil, a script or a function',
    (verb) => {
      using rig = new RecipeRig();
      expect(rig.load(verb === 'install' ? WORK : `install = "true"`)[verb]).toEqual({ form: 'nil' });
      expect(rig.load(`${WORK}${verb} = "echo 1"`)[verb]).toEqual({ form: 'shell', script: 'echo 1' });
      expect(rig.load(`${WORK}function ${verb}(ctx)\nend`)[verb]).toEqual({ form: 'function', line: 3 });
      expect(rig.load(`${WORK}\n${verb} = function(ctx)\nend`)[verb]).toEqual({ form: 'function', line: 4 });
    },
  );

  test('an empty script is a script', () => {
    using rig = new RecipeRig();
    expect(rig.load('install = ""').install).toEqual({ form: 'shell', script: '' });
  });

  test.each([
    ['check', '{}', 'a table'],
    ['check', 'true', 'the boolean true'],
    ['check', '42', 'the number 42'],
    ['fetch', 'true', 'the boolean true'],
    ['fetch', '7', 'the number 7'],
    ['stage', 'true', 'the boolean true'],
    ['build', '5', 'the number 5'],
    ['install', '{ cmake = {} }', 'a table'],
    ['install', 'false', 'the boolean false'],
    ['deploy', '1', 'the number 1'],
    ['build', '"\\255"', 'a string that is not valid UTF-8'],
  ])('%s = %s is an error with its place', (verb, value, got) => {
    using rig = new RecipeRig();
    const error = failureOf(() => rig.load(`-- comment\n${verb} = ${value}`));
    expect(error.code).toBe('E_RECIPE');
    expect(error.message).toMatch(new RegExp(`^${verb} must be `));
    expect(error.facts).toMatchObject({ field: verb, got });
    expect(error.location).toEqual({ file: join(rig.directory, 'recipe.lua'), line: 3, text: `${verb} = ${value}` });
  });

  test.each([
    ['-1', 'stage.strip'],
    ['1.5', 'stage.strip'],
    ['"1"', 'stage.strip'],
    ['{}', 'stage.strip'],
  ])('stage.strip = %s is an error', (strip, field) => {
    using rig = new RecipeRig();
    const error = failureOf(() => rig.load(`${WORK}stage = { strip = ${strip} }`));
    expect([error.code, error.facts['field'], error.location?.line]).toEqual(['E_RECIPE', field, 3]);
  });

  test('stage = {} strips nothing, and knows no other field', () => {
    using rig = new RecipeRig();
    expect(rig.load(`${WORK}stage = {}`).stage).toEqual({ form: 'table', strip: 0 });
    const error = failureOf(() => rig.load(`${WORK}stage = { stripp = 1 }`));
    expect(error.facts).toMatchObject({ field: 'stage.stripp', nearest: 'strip' });
  });

  test('deploy reads folders and variables, and writes numbers and booleans out', () => {
    using rig = new RecipeRig();
    expect(rig.load(`${WORK}deploy = { env = { A = 1, B = true, C = "x" } }`).deploy).toEqual({
      form: 'table',
      path: [],
      env: { A: '1', B: 'true', C: 'x' },
    });
  });

  test.each([
    ['{ path = "bin" }', 'deploy.path'],
    ['{ path = { 3 } }', 'deploy.path[1]'],
    ['{ env = { "A" } }', 'deploy.env'],
    ['{ env = { A = {} } }', 'deploy.env.A'],
    ['{ env = { ["A=B"] = "x" } }', 'deploy.env["A=B"]'],
    ['{ paths = {} }', 'deploy.paths'],
  ])('deploy = %s is an error', (lua, field) => {
    using rig = new RecipeRig();
    const error = failureOf(() => rig.load(`${WORK}deploy = ${lua}`));
    expect([error.code, error.facts['field'], error.location?.line]).toEqual(['E_RECIPE', field, 3]);
  });
});

describe('fetch', () => {
  const fetchOf = (rig: RecipeRig, lua: string) => rig.load(`fetch = ${lua}`).fetch;

  test('may be one URL, one table, or an array of either', () => {
    using rig = new RecipeRig();
    const source = (name: string) => ({ kind: 'http', url: `https://h/${name}`, text: `https://h/${name}` });
    expect(fetchOf(rig, '"https://h/a"')).toEqual({ form: 'declared', requests: [{ source: source('a') }] });
    expect(fetchOf(rig, `{ source = "https://h/a", sha256 = "${SHA}" }`)).toEqual({
      form: 'declared',
      requests: [{ source: source('a'), integrity: { algorithm: 'sha256', value: SHA } }],
    });
    expect(
      fetchOf(rig, '{ "https://h/a", { source = "https://h/b", dest = "c", mirrors = { "https://h/d" } } }'),
    ).toEqual({
      form: 'declared',
      requests: [{ source: source('a') }, { source: source('b'), dest: 'c', mirrors: [source('d')] }],
    });
  });

  test('takes relative sources from the folder of the recipe', () => {
    using rig = new RecipeRig();
    expect(fetchOf(rig, '"./files/a.tar.gz"')).toMatchObject({
      requests: [{ source: { kind: 'path', path: join(rig.directory, 'files/a.tar.gz') } }],
    });
  });

  test('a function is left to the fetch phase', () => {
    using rig = new RecipeRig();
    expect(fetchOf(rig, 'function(ctx) end')).toEqual({ form: 'function', line: 2 });
  });

  test('a git source has a ref', () => {
    using rig = new RecipeRig();
    expect(fetchOf(rig, '{ source = "https://h/x.git", ref = "v1" }')).toMatchObject({ requests: [{ ref: 'v1' }] });
  });

  test.each([
    ['{}', 'E_RECIPE', 'fetch'],
    ['""', 'E_RECIPE', 'fetch'],
    ['{ url = "https://h/a" }', 'E_RECIPE', 'fetch.url'],
    ['{ sha256 = "x" }', 'E_RECIPE', 'fetch'],
    ['{ source = 1 }', 'E_RECIPE', 'fetch.source'],
    ['{ "https://h/a", 3 }', 'E_RECIPE', 'fetch[2]'],
    ['{ "https://h/a", nil, "https://h/b" }', 'E_RECIPE', 'fetch'],
    ['{ { source = "https://h/a", dst = "b" } }', 'E_RECIPE', 'fetch[1].dst'],
    ['{ { source = "https://h/a", mirrors = "https://h/b" } }', 'E_RECIPE', 'fetch[1].mirrors'],
    ['"https://h/x.git"', 'E_RECIPE', 'fetch'],
    ['{ source = "git://h/x" }', 'E_RECIPE', 'fetch'],
    ['{ source = "git://h/x", ref = "" }', 'E_RECIPE', 'fetch.ref'],
    [`{ source = "git://h/x", ref = "1", sha256 = "${SHA}" }`, 'E_RECIPE', 'fetch.sha256'],
    ['{ source = "git://h/x", ref = "1", mirrors = { "git://g/x" } }', 'E_RECIPE', 'fetch.mirrors'],
    ['{ source = "https://h/x", ref = "1" }', 'E_RECIPE', 'fetch.ref'],
    ['{ source = "https://h/x", dest = "../x" }', 'E_FETCH_NAME', 'fetch.dest'],
    ['{ source = "https://h/x", dest = "a/b" }', 'E_FETCH_NAME', 'fetch.dest'],
    ['{ source = "https://h/x", dest = ".." }', 'E_FETCH_NAME', 'fetch.dest'],
  ])('fetch = %s is an error with its place', (lua, code, field) => {
    using rig = new RecipeRig();
    const error = failureOf(() => fetchOf(rig, lua));
    expect([error.code, error.facts['field'], error.location?.line]).toEqual([code, field, 2]);
  });

  test('a digest or a source of no known form has its place too', () => {
    using rig = new RecipeRig();
    const digest = failureOf(() => fetchOf(rig, '{ source = "https://h/x", sha256 = "12" }'));
    expect([digest.code, digest.location?.line]).toEqual(['E_INTEGRITY_SPEC', 2]);
    const source = failureOf(() => fetchOf(rig, '{\n"gopher://h/x" }'));
    expect([source.code, source.location?.line]).toEqual(['E_SOURCE', 3]);
  });
});
