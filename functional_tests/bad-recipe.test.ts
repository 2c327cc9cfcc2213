import { describe, expect, test } from '@jest/globals';
import { expectNothingKept, expectRecipeRefused, RunReport, World, WRONG, type Mistake } from './support/index.js';

type Table = Readonly<Record<string, Mistake>>;

function refuses(table: Table, options?: string): void {
  test.each(Object.entries(table))('%s', async (_what, mistake) => {
    await using world = await World.create();
    await expectRecipeRefused(world, mistake, options);
  });
}

describe('the identity of a recipe must be the one that was asked for', () => {
  const identities: readonly (readonly [string, string, string, number | undefined])[] = [
    ['missing', 'install = ""', 'The recipe declares no identity.', undefined],
    ['not a string', 'identity = 1', 'The identity of the recipe is not a string.', 1],
    ['another one', '\nidentity = "local.other@v1"', `The recipe is "local.other@v1", not "${WRONG}".`, 2],
  ];
  test.each(identities)('%s', async (_what, lua, message, line) => {
    await using world = await World.create();
    const file = await world.write(`recipes/${WRONG}.lua`, lua);
    await world.manifest(`packages = { "${WRONG}" }`);
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(3);
    expect(report.package(WRONG).error).toMatchObject({
      code: 'E_RECIPE_IDENTITY',
      message,
      hint: `Write identity = "${WRONG}" in the recipe, or ask for the identity that it declares.`,
      location: { file, ...(line !== undefined && { line }) },
    });
    expect(report.result.stderr).toMatch(new RegExp(`expected +${WRONG}\n`));
    await expectNothingKept(world);
  });
});

describe('the verbs of a recipe must be of forms that mean something', () => {
  refuses({
    'no verb at all': {
      lua: 'description = "idle"',
      code: 'E_RECIPE',
      message: 'The recipe has neither fetch, nor install, nor check, so there is nothing to do.',
      hint: 'Say what to download with fetch, or what to do with install.',
    },
    'only a misspelt verb': {
      lua: 'instal = "touch x"',
      code: 'E_RECIPE',
      message: 'The recipe has neither fetch, nor install, nor check, so there is nothing to do.',
      hint: 'the global instal is not used; did you mean install?',
    },
    'a table for check': {
      lua: '\ncheck = { "x" }',
      code: 'E_RECIPE',
      message: 'check must be a shell script or a function, not a table.',
      line: 3,
      facts: ['expected nil, a shell script or a function', 'got a table'],
    },
    'a table for install': {
      lua: '\ninstall = {}',
      code: 'E_RECIPE',
      message: 'install must be a shell script or a function, not a table.',
      line: 3,
    },
    'a number for stage': {
      lua: 'install = "x"\nstage = 1',
      code: 'E_RECIPE',
      message: 'stage must be a shell script, { strip = n }, or a function, not the number 1.',
      line: 3,
    },
    'a negative strip': {
      lua: 'install = "x"\nstage = { strip = -1 }',
      code: 'E_RECIPE',
      message: 'stage.strip must be a whole number, 0 or more.',
      line: 3,
    },
    'a build tool that nobody knows': {
      lua: 'install = "x"\nbuild = { cmak = {} }',
      code: 'E_RECIPE',
      message: 'build must name exactly one of cmake, make, meson, autotools, cargo.',
      line: 3,
      hint: 'Did you mean { cmake = {…} }?',
    },
    'two build tools': {
      lua: 'install = "x"\nbuild = { cmake = {}, make = {} }',
      code: 'E_RECIPE',
      message: 'build must name exactly one of cmake, make, meson, autotools, cargo.',
      line: 3,
    },
    'a misspelt setting of a build tool': {
      lua: 'install = "x"\nbuild = { cmake = {\n  define = {} } }',
      code: 'E_RECIPE',
      message: 'build.cmake has an unknown field "define".',
      line: 4,
      hint: 'Did you mean "defines"?',
    },
    'a misspelt field of deploy': {
      lua: 'install = "x"\ndeploy = { paths = { "bin" } }',
      code: 'E_RECIPE',
      message: 'deploy has an unknown field "paths".',
      line: 3,
      hint: 'Did you mean "path"?',
    },
    'a variable that no environment can have': {
      lua: 'install = "x"\ndeploy = { env = { ["A=B"] = "c" } }',
      code: 'E_RECIPE',
      message: '"A=B" cannot be an environment variable.',
      line: 3,
    },
  });

  test('a misspelt verb beside others is a warning', async () => {
    await using world = await World.create();
    await world.recipe(WRONG, 'install = "touch x"\nfunction biuld() end');
    await world.manifest(`packages = { "${WRONG}" }`);
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(0);
    expect(report.result.stderr).toContain('the global biuld is not used; did you mean build?');
    expect(report.events).toContainEqual(expect.objectContaining({ kind: 'log', level: 'warn' }));
  });
});

describe('code that fails while a recipe loads makes the recipe invalid', () => {
  refuses({
    'a syntax error': {
      lua: 'install = "x"\nif then',
      code: 'E_LUA_SYNTAX',
      message: "unexpected symbol near 'then'",
      line: 3,
    },
    'an error of its own': {
      lua: 'install = "x"\n\nerror("unsupported")',
      code: 'E_RECIPE',
      message: 'unsupported',
      line: 4,
    },
    'an operation on nil': {
      lua: 'local x = nil\ninstall = x.y',
      code: 'E_RECIPE',
      message: "attempt to index a nil value (local 'x')",
      line: 3,
    },
    'an unbalanced template': {
      lua: 'install = fettle.template("{{ a", {})',
      code: 'E_RECIPE',
      message: 'fettle.template: "{{" without "}}".',
      line: 2,
    },
    'a template without the value': {
      lua: 'install = fettle.template("{{ url }}", { uri = 1 })',
      code: 'E_RECIPE',
      message: 'fettle.template: there is no value for "url".',
      line: 2,
      facts: ['known uri'],
    },
    'a module that is not there': {
      lua: 'install = "x"\nrequire("gone")',
      code: 'E_RECIPE',
      message: "module 'gone' not found",
      line: 3,
    },
    'a program that it starts': {
      lua: 'install = "x"\nio.popen("ls")',
      code: 'E_LUA_SANDBOX',
      message: 'io.popen is not available in recipes.',
      line: 3,
    },
    'an exit': {
      lua: 'install = "x"\nos.exit(0)',
      code: 'E_LUA_SANDBOX',
      message: 'os.exit is not available in recipes.',
      line: 3,
    },
    'a function of dependencies that fails': {
      lua: 'install = "x"\nfunction dependencies(options)\n  error("no compiler for it")\nend',
      code: 'E_RECIPE',
      message: 'no compiler for it',
      line: 4,
    },
    'a function of products that fails': {
      lua: 'install = "x"\nproducts = function(o)\n  return { tool = "bin/" .. o.version }\nend',
      code: 'E_RECIPE',
      message: "attempt to concatenate a nil value (field 'version')",
      line: 4,
    },
  });
});

describe('products must lie inside the asset', () => {
  const inside = 'a relative path without ".."';
  refuses({
    'an absolute path': {
      lua: 'install = "x"\nproducts = { tool = "/bin/sh" }',
      code: 'E_PRODUCT',
      message: 'The product tool must be a path inside the asset.',
      line: 3,
      facts: [`expected ${inside}`, 'got /bin/sh'],
    },
    'a way out': {
      lua: 'install = "x"\nproducts = {\n  tool = "bin/../../sh" }',
      code: 'E_PRODUCT',
      message: 'The product tool must be a path inside the asset.',
      line: 4,
    },
    'a way out that a function returns': {
      lua: 'install = "x"\nfunction products() return { tool = ".." } end',
      code: 'E_PRODUCT',
      message: 'The product tool must be a path inside the asset.',
      line: 3,
    },
    'a name that is a path': {
      lua: 'install = "x"\nproducts = { ["../tool"] = "bin/tool" }',
      code: 'E_PRODUCT',
      message: '"../tool" is not a name for a product.',
      line: 3,
    },
    'a number': {
      lua: 'install = "x"\nproducts = { tool = 1 }',
      code: 'E_RECIPE',
      message: 'products.tool must be a string, not the number 1.',
      line: 3,
    },
  });
});
