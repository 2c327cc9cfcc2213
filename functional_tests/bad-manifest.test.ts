import { describe, expect, test } from '@jest/globals';
import { expectManifestRefused, RunReport, World, type Mistake } from './support/index.js';

type Table = Readonly<Record<string, Mistake>>;

function refuses(table: Table): void {
  test.each(Object.entries(table))('%s', async (_what, mistake) => {
    await using world = await World.create();
    await expectManifestRefused(world, mistake);
  });
}

describe('a manifest that is no list of packages is refused', () => {
  refuses({
    'without packages': {
      lua: 'x = 1',
      code: 'E_MANIFEST',
      message: 'The manifest does not set packages.',
      hint: 'Write packages = {} for a project that needs none yet.',
      facts: ['expected packages = { … }', 'got nil'],
    },
    'with packages misspelt': {
      lua: 'package = { "local.a@v1" }',
      code: 'E_MANIFEST',
      message: 'The manifest does not set packages.',
    },
    'with a string for packages': {
      lua: '\npackages = "local.a@v1"',
      code: 'E_MANIFEST',
      message: 'packages must be an array of identities and tables, not the string "local.a@v1".',
      line: 2,
    },
    'with a gap': {
      lua: 'packages = { "local.a@v1", nil, "local.b@v1" }',
      code: 'E_MANIFEST',
      message: 'packages must be an array of identities and tables: it has a gap, element 2 is nil.',
      line: 1,
      hint: 'Write the elements in braces, one after the other, without names and without nil in between.',
    },
    'with a name among the packages': {
      lua: 'packages = {\n  "local.a@v1",\n  b = "local.b@v1" }',
      code: 'E_MANIFEST',
      message: 'packages must be an array of identities and tables: it has the field b.',
    },
    'with a number as a package': {
      lua: 'packages = {\n  "local.a@v1",\n  7,\n}',
      code: 'E_MANIFEST',
      message: 'packages[2] must be an identity or a table, not the number 7.',
      line: 3,
    },
    'that does not parse': {
      lua: 'packages = {\n  "local.a@v1"\n  "local.b@v1"\n}',
      code: 'E_LUA_SYNTAX',
      message: "'}' expected (to close '{' at line 1) near '\"local.b@v1\"'",
      line: 3,
    },
    'whose code fails': {
      lua: 'packages = {}\n\nerror("no licence")',
      code: 'E_MANIFEST',
      message: 'no licence',
      line: 3,
    },
    'whose code calls what is nil': {
      lua: 'packages = {}\nnope()',
      code: 'E_MANIFEST',
      message: "attempt to call a nil value (global 'nope')",
      line: 2,
    },
    'that starts a program': {
      lua: 'packages = {}\nos.execute("true")',
      code: 'E_LUA_SANDBOX',
      message: 'os.execute is not available in recipes.',
      line: 2,
    },
    'that fills a template without the value': {
      lua: 'packages = {}\nfettle.template("{{ gone }}", {})',
      code: 'E_MANIFEST',
      message: 'fettle.template: there is no value for "gone".',
      line: 2,
    },
    'with a shell that nobody knows': {
      lua: 'packages = {}\ndefault_shell = "bsh"',
      code: 'E_SHELL',
      message: 'default_shell is not a shell.',
      line: 2,
      hint: 'Did you mean fettle.shell.BASH?',
      facts: ['got "bsh"'],
    },
  });
});

describe('a field of a package that is wrong is refused', () => {
  const entry = (fields: string): string => `packages = {\n  {\n    ${fields}\n  },\n}`;
  refuses({
    'a misspelt field': {
      lua: entry('recipe = "local.a@v1",\n    sorce = "a.lua"'),
      code: 'E_MANIFEST',
      message: 'packages[1] has an unknown field "sorce".',
      line: 4,
      hint: 'Did you mean "source"?',
      facts: ['field packages[1].sorce', 'known recipe, source, sha256'],
    },
    'what other tools call the source': {
      lua: entry('recipe = "local.a@v1", url = "a.lua"'),
      code: 'E_MANIFEST',
      message: 'packages[1] has an unknown field "url".',
      line: 3,
      hint: 'Did you mean "source"?',
    },
    'a field that is like nothing': {
      lua: entry('recipe = "local.a@v1", colour = "red"'),
      code: 'E_MANIFEST',
      message: 'packages[1] has an unknown field "colour".',
      hint: 'Its fields are recipe, source, sha256, ref, subdir, options, platforms, fetch, dependencies.',
    },
    'no recipe': {
      lua: entry('source = "a.lua"'),
      code: 'E_MANIFEST',
      message: 'packages[1] does not say which recipe it is.',
      line: 2,
      facts: ['expected recipe = "namespace.name@version"'],
    },
    'a recipe that is no string': {
      lua: entry('recipe = 1'),
      code: 'E_MANIFEST',
      message: 'packages[1].recipe must be a string, not the number 1.',
      line: 3,
    },
    'a source that is no string': {
      lua: entry('recipe = "local.a@v1", source = {}'),
      code: 'E_MANIFEST',
      message: 'packages[1].source must be a string, not a table.',
      line: 3,
    },
    'needed_by, which only dependencies have': {
      lua: entry('recipe = "local.a@v1", needed_by = "build"'),
      code: 'E_MANIFEST',
      message: "packages[1] has needed_by, which only a recipe's dependencies have.",
      line: 3,
      hint: 'Remove needed_by: what is listed here is needed whole.',
    },
    'options that are no table': {
      lua: entry('recipe = "local.a@v1", options = "fast"'),
      code: 'E_OPTION',
      message: 'packages[1].options must be a table of options, not the string "fast".',
      line: 3,
    },
    'an option that is a function': {
      lua: entry('recipe = "local.a@v1", options = { f = print }'),
      code: 'E_OPTION',
      message:
        'packages[1].options.f must be a boolean, a finite number, a string, or a table of these, not a function.',
      line: 3,
    },
    'a platform that nobody knows': {
      lua: entry('recipe = "local.a@v1", platforms = { "linux", "macos" }'),
      code: 'E_MANIFEST',
      message: 'packages[1].platforms[2] names an unknown platform "macos".',
      line: 3,
      hint: 'Did you mean "darwin"?',
    },
    'platforms without any': {
      lua: entry('recipe = "local.a@v1", platforms = {}'),
      code: 'E_MANIFEST',
      message: 'packages[1].platforms lists no platform, so it would never be used.',
    },
    'a fetch that is no function': {
      lua: entry('recipe = "local.a@v1", fetch = "curl"'),
      code: 'E_MANIFEST',
      message: 'packages[1].fetch must be a function, not the string "curl".',
      line: 3,
    },
  });
});

describe('an identity that is none is refused', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['', 'it is empty'],
    ['tool', 'it has no @version'],
    ['local.tool', 'it has no @version'],
    ['tool@v1', 'it has no dot between namespace and name'],
    ['tool@v1.2', 'it has no dot between namespace and name'],
    ['.tool@v1', 'its namespace is empty'],
    ['local.@v1', 'its name is empty'],
    ['local.tool@', 'its version is empty'],
    ['local.to ol@v1', 'it contains " "'],
    ['local.../../up@v1', 'it contains "/"'],
    ['local.tool@v1{}', 'it contains "{"'],
  ];
  test.each(forms)('%j', async (identity, problem) => {
    await using world = await World.create();
    await expectManifestRefused(world, {
      lua: `packages = {\n  "${identity}",\n}`,
      code: 'E_IDENTITY',
      message: `"${identity}" is not an identity: ${problem}.`,
      line: 2,
      hint: 'Write an identity such as fettle.node@v1 or local.zlib@v1.',
      facts: ['expected namespace.name@version'],
    });
  });
});

test('a recipe that is asked for from two places is refused, and both are named', async () => {
  await using world = await World.create();
  await world.manifest(
    'packages = {\n  { recipe = "acme.a@v1", source = "x.lua" },\n  { recipe = "acme.a@v1", source = "y.lua" },\n}',
  );
  const report = new RunReport(await world.fettle(['sync', '--json']));
  expect(report.exitCode).toBe(3);
  expect(report.error).toMatchObject({ code: 'E_SOURCE_CONFLICT', location: { line: 3 } });
  for (const place of ['x.lua (packages[1]', 'y.lua (packages[2]']) expect(report.result.stderr).toContain(place);
});

test('a global that looks like a misspelt one is a warning, and the rest goes on', async () => {
  await using world = await World.create();
  await world.manifest('packages = {}\ndefault_shel = "bash"');
  const { exitCode, stderr } = await world.fettle(['sync']);
  expect(stderr).toContain('warn: ');
  expect(stderr).toContain('the global default_shel is not used; did you mean default_shell?');
  expect(exitCode).toBe(0);
});
