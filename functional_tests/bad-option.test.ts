import { describe, expect, test } from '@jest/globals';
import { expectNothingKept, expectRecipeRefused, RunReport, World, WRONG, type Mistake } from './support/index.js';

const SCHEMA = `install = "touch x"
options = {
  version = { type = "semver", required = true, description = "the release" },
  flavour = { type = "string", choices = { "plain", "spicy" }, default = "plain" },
  jobs = { type = "integer" },
  debug = { type = "boolean" },
  ratio = { type = "number" },
  parts = { type = "list" },
  settings = { type = "table" },
}`;

/** The refusals of a manifest whose one entry has these options, on its second line. */
async function refusal(world: World, options: string): Promise<RunReport> {
  await world.recipe(WRONG, SCHEMA);
  await world.manifest(`packages = { { recipe = "${WRONG}",\n  options = { ${options} } } }`);
  const report = new RunReport(await world.fettle(['sync', '--json']));
  expect(report.exitCode).toBe(3);
  expect(report.package(WRONG).error).toMatchObject({
    code: 'E_OPTION',
    location: { file: `${world.project}/fettle.lua` },
  });
  await expectNothingKept(world);
  return report;
}

describe('options that a recipe does not take are refused where they are given', () => {
  const ill: readonly (readonly [string, string, string])[] = [
    ['version = "1.x"', 'version', 'it must be a version such as "1.2.3"'],
    ['version = 1', 'version', 'it must be a version such as "1.2.3"'],
    ['version = "1.0.0", jobs = 1.5', 'jobs', 'it must be a whole number'],
    ['version = "1.0.0", jobs = "2"', 'jobs', 'it must be a whole number'],
    ['version = "1.0.0", debug = "yes"', 'debug', 'it must be true or false'],
    ['version = "1.0.0", ratio = true', 'ratio', 'it must be a number'],
    ['version = "1.0.0", parts = "a"', 'parts', 'it must be a list'],
    ['version = "1.0.0", parts = { a = 1 }', 'parts', 'it must be a list'],
    ['version = "1.0.0", settings = { 1 }', 'settings', 'it must be a table'],
    ['version = "1.0.0", flavour = 1', 'flavour', 'it must be a string'],
    ['version = "1.0.0", flavour = "sweet"', 'flavour', 'it must be one of "plain", "spicy"'],
  ];
  test.each(ill)('%s', async (options, name, problem) => {
    await using world = await World.create();
    const report = await refusal(world, options);
    expect(report.package(WRONG).error).toMatchObject({
      message: `${WRONG}: the option ${name} is not valid: ${problem}.`,
      location: { line: 2 },
    });
    expect(report.result.stderr).toMatch(new RegExp(`^ +got +\\S`, 'm'));
  });

  test('one that is nearly one of the choices, with the one that is meant', async () => {
    await using world = await World.create();
    const report = await refusal(world, 'version = "1.0.0", flavour = "spcy"');
    expect(report.package(WRONG).error?.hint).toBe('Did you mean "spicy"?');
  });

  test('one that is not declared, with the nearest that is', async () => {
    await using world = await World.create();
    const report = await refusal(world, 'verison = "1.0.0"');
    expect(report.package(WRONG).error).toMatchObject({
      message: `${WRONG} has no option verison.`,
      hint: 'Did you mean version?',
      location: { line: 2 },
    });
  });

  test('one that is like none, with all that there are', async () => {
    await using world = await World.create();
    const report = await refusal(world, 'zzz = 1');
    expect(report.package(WRONG).error?.hint).toBe(
      'Its options are version, flavour, jobs, debug, ratio, parts, settings.',
    );
  });

  test('none where one is required', async () => {
    await using world = await World.create();
    const report = await refusal(world, '');
    expect(report.package(WRONG).error).toMatchObject({
      message: `${WRONG} needs the option version.`,
      hint: 'Add options = { version = … }: the release.',
    });
  });
});

describe('a declaration of options that is wrong is refused', () => {
  const table: Readonly<Record<string, Mistake>> = {
    'an unknown type': {
      lua: 'install = "x"\noptions = { v = { type = "int" } }',
      code: 'E_RECIPE',
      message: 'options.v.type names an unknown type "int".',
      line: 3,
    },
    'a misspelt field': {
      lua: 'install = "x"\noptions = { v = { requird = true } }',
      code: 'E_RECIPE',
      message: 'options.v has an unknown field "requird".',
      line: 3,
      hint: 'Did you mean "required"?',
    },
    'a default of another type': {
      lua: 'install = "x"\noptions = { v = { type = "integer",\n  default = "1" } }',
      code: 'E_RECIPE',
      message: 'options.v.default does not fit the option: it must be a whole number.',
      line: 4,
    },
    'a default that is no choice': {
      lua: 'install = "x"\noptions = { v = { choices = { "a" }, default = "b" } }',
      code: 'E_RECIPE',
      message: 'options.v.default does not fit the option: it must be one of "a".',
      line: 3,
    },
    'a string instead of a table': {
      lua: 'install = "x"\noptions = { v = "1.0" }',
      code: 'E_RECIPE',
      message: 'options.v must be a table such as { type = "string" }, not the string "1.0".',
      line: 3,
    },
  };
  test.each(Object.entries(table))('%s', async (_what, mistake) => {
    await using world = await World.create();
    await expectRecipeRefused(world, mistake);
  });
});

test('options are given to the recipe with their defaults', async () => {
  await using world = await World.create();
  await world.recipe(WRONG, `${SCHEMA}\ninstall = function(ctx) ctx.write_file("o", ctx.options.flavour) end`);
  await world.manifest(`packages = { { recipe = "${WRONG}", options = { version = "1.0.0" } } }`);
  const report = new RunReport(await world.fettle(['sync', '--json']));
  expect(report.exitCode).toBe(0);
  expect(await world.read(`${report.package(WRONG).path}/o`)).toBe('plain');
});
