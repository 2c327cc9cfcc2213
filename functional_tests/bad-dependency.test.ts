import { describe, expect, test } from '@jest/globals';
import { expectNothingKept, expectRecipeRefused, RunReport, World, WRONG, type Mistake } from './support/index.js';

describe('a dependency that is wrong is refused when the recipe loads', () => {
  const table: Readonly<Record<string, Mistake>> = {
    'needed by a phase that nobody knows': {
      lua: 'install = "x"\ndependencies = {\n  { recipe = "local.a@v1", needed_by = "biuld" } }',
      code: 'E_RECIPE',
      message:
        'dependencies[1].needed_by must be one of the phases check, fetch, stage, build, install, deploy, not "biuld".',
      line: 4,
      hint: 'Did you mean "build"?',
    },
    'needed by a number': {
      lua: 'install = "x"\ndependencies = { { recipe = "local.a@v1", needed_by = 2 } }',
      code: 'E_RECIPE',
      message: 'dependencies[1].needed_by must be the name of a phase, not the number 2.',
      line: 3,
    },
    'a string instead of a list': {
      lua: 'install = "x"\ndependencies = "local.a@v1"',
      code: 'E_RECIPE',
      message: 'dependencies must be an array of identities and tables, not the string "local.a@v1".',
      line: 3,
    },
    'a gap': {
      lua: 'install = "x"\ndependencies = { "local.a@v1", nil, "local.b@v1" }',
      code: 'E_RECIPE',
      message: 'dependencies must be an array of identities and tables: it has a gap, element 2 is nil.',
      line: 3,
    },
    'an identity that is none': {
      lua: 'install = "x"\ndependencies = { "zlib" }',
      code: 'E_IDENTITY',
      message: '"zlib" is not an identity: it has no @version.',
      line: 3,
    },
    'a misspelt field': {
      lua: 'install = "x"\ndependencies = { { recipe = "local.a@v1",\n  need_by = "build" } }',
      code: 'E_RECIPE',
      message: 'dependencies[1] has an unknown field "need_by".',
      line: 4,
      hint: 'Did you mean "needed_by"?',
    },
    'what a function returns': {
      lua: 'install = "x"\nfunction dependencies() return 1 end',
      code: 'E_RECIPE',
      message: 'dependencies must be an array of identities and tables, not the number 1.',
      line: 3,
    },
    'a platform that nobody knows': {
      lua: 'install = "x"\nplatforms = { "linx" }',
      code: 'E_RECIPE',
      message: 'platforms[1] names an unknown platform "linx".',
      line: 3,
      hint: 'Did you mean "linux"?',
    },
  };
  test.each(Object.entries(table))('%s', async (_what, mistake) => {
    await using world = await World.create();
    await expectRecipeRefused(world, mistake);
  });
});

describe('what packages of a manifest may not do to each other', () => {
  test('a recipe that is not local may not depend on a local one', async () => {
    await using world = await World.create();
    await world.recipe('acme.a@v1', 'install = "x"\ndependencies = {\n  "local.b@v1" }');
    await world.manifest('packages = { "acme.a@v1" }');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(3);
    expect(report.package('acme.a@v1').error).toMatchObject({
      code: 'E_LOCAL_ACCESS',
      message: 'acme.a@v1 is not local, so it may not depend on local.b@v1.',
      location: { file: `${world.project}/recipes/acme.a@v1.lua`, line: 4 },
    });
    await expectNothingKept(world);
  });

  test('they may not offer one product name twice', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = "touch tool"\nproducts = { tool = "tool" }');
    await world.recipe('local.b@v1', 'install = "touch tool"\nproducts = { tool = "tool" }');
    await world.manifest('packages = { "local.a@v1", "local.b@v1" }');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(3);
    expect(report.error?.code).toBe('E_PRODUCT_CONFLICT');
    for (const name of ['local.a@v1', 'local.b@v1', 'tool']) expect(report.result.stderr).toContain(name);
    await expectNothingKept(world);
  });

  test('a mistake in one of them keeps no other from being told, nor from being used when it is right', async () => {
    await using world = await World.create();
    await world.recipe(WRONG, 'install = {}');
    await world.recipe('local.alsowrong@v1', 'error("no")');
    await world.recipe('local.right@v1', 'install = "touch x"');
    await world.manifest(`packages = { "${WRONG}", "local.alsowrong@v1", "local.right@v1" }`);
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(3);
    expect(report.statuses).toEqual({
      [WRONG]: 'failed',
      'local.alsowrong@v1': 'failed',
      'local.right@v1': 'installed',
    });
  });
});
