import { describe, expect, test } from '@jest/globals';
import { expectManifestRefused, expectRecipeRefused, RunReport, World, type Mistake } from './support/index.js';

const HEX = 'a'.repeat(64);

describe('a source of a recipe that is wrong is refused', () => {
  const entry = (fields: string): string => `packages = {\n  { recipe = "acme.a@v1",\n    ${fields} },\n}`;
  const table: Readonly<Record<string, Mistake>> = {
    'of an unknown kind': {
      lua: entry('source = "htps://host/a.lua"'),
      code: 'E_SOURCE',
      message: 'The source "htps://host/a.lua" has a scheme that fettle does not know: htps.',
      line: 3,
      hint: 'Did you mean https://?',
    },
    'that is empty': {
      lua: entry('source = ""'),
      code: 'E_MANIFEST',
      message: 'packages[1].source must not be empty.',
      line: 3,
    },
    'of a registry': {
      lua: entry('source = "pkg:npm/a@1.0.0"'),
      code: 'E_SOURCE',
      message: 'A recipe cannot come from a package registry.',
      line: 3,
      hint: 'Give the path, the http(s) address or the git repository of the recipe.',
    },
    'that is a file on another host': {
      lua: entry('source = "file://host/a.lua"'),
      code: 'E_SOURCE',
      message: 'The source "file://host/a.lua" names a host, not a file here.',
      line: 3,
      hint: 'Write file:///absolute/path, or just the path.',
    },
    'git without a ref': {
      lua: entry('source = "https://host/kit.git"'),
      code: 'E_MANIFEST',
      message: 'packages[1] has a git source without a ref.',
      line: 3,
      hint: 'Add ref = "…": a commit, a tag or a branch.',
    },
    'git with a digest': {
      lua: entry(`source = "https://host/kit.git", ref = "v1", sha256 = "${HEX}"`),
      code: 'E_MANIFEST',
      message: 'packages[1] has a sha256, which a git source cannot have.',
      line: 3,
      hint: 'Use a full commit id as ref: git verifies it.',
    },
    'a ref without git': {
      lua: entry('source = "a.lua", ref = "v1"'),
      code: 'E_MANIFEST',
      message: 'packages[1] has a ref, which only a git source has.',
      line: 3,
      hint: 'Remove ref, or give a git URL as source.',
    },
    'a digest that is too short': {
      lua: entry('source = "a.lua", sha256 = "abc123"'),
      code: 'E_INTEGRITY_SPEC',
      message: 'The digest "abc123" has 6 hexadecimal digits; a SHA-256 has 64.',
      line: 3,
    },
    'a digest that is none': {
      lua: entry('source = "a.lua", sha256 = "sha256-!!!"'),
      code: 'E_INTEGRITY_SPEC',
      message: 'The digest "sha256-!!!" has a sha256 that is not base64.',
      line: 3,
    },
    'a sub-folder that leads out': {
      lua: entry('source = "kit", subdir = "../other"'),
      code: 'E_MANIFEST',
      message: 'packages[1].subdir must lead to a folder inside the source.',
      line: 3,
      facts: ['expected a relative path without ".."', 'got ../other'],
    },
    'a local recipe from elsewhere': {
      lua: 'packages = {\n  { recipe = "local.a@v1",\n    source = "http://host/a.lua" },\n}',
      code: 'E_LOCAL_ACCESS',
      message: 'local.a@v1 must come from a local path.',
      line: 3,
      facts: ['expected a path', 'got http://host/a.lua'],
    },
  };
  test.each(Object.entries(table))('%s', async (_what, mistake) => {
    await using world = await World.create();
    await expectManifestRefused(world, mistake);
    expect(world.server.requests).toEqual([]);
  });
});

describe('a recipe that is not there is told with the places looked in', () => {
  test('by name', async () => {
    await using world = await World.create();
    await world.recipe('local.zlib@v1', 'install = "touch x"');
    await world.manifest('packages = {\n  "local.zlb@v1" }');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(3);
    expect(report.package('local.zlb@v1').error).toMatchObject({
      code: 'E_RECIPE_NOT_FOUND',
      message: 'No recipe was found for local.zlb@v1.',
      hint: 'Did you mean the recipe "local.zlib@v1"? Otherwise give a source.',
      location: { file: `${world.project}/fettle.lua`, line: 2 },
    });
    for (const name of ['local.zlb@v1.lua', 'zlb.lua']) {
      expect(report.result.stderr).toContain(`${world.project}/recipes/${name}\n`);
    }
  });

  test('by path', async () => {
    await using world = await World.create();
    await world.manifest('packages = { { recipe = "local.a@v1", source = "lib/a.lua" } }');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(3);
    expect(report.package('local.a@v1').error).toMatchObject({
      code: 'E_RECIPE_NOT_FOUND',
      hint: 'Correct the source: relative paths start at the file that names them.',
      location: { line: 1 },
    });
    expect(report.result.stderr).toContain(`${world.project}/lib/a.lua\n`);
  });

  test('among those that ship', async () => {
    await using world = await World.create();
    await world.manifest('packages = { "fettle.nope@v1" }');
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.exitCode).toBe(3);
    expect(report.package('fettle.nope@v1').error?.code).toBe('E_RECIPE_NOT_FOUND');
    expect(report.result.stderr.match(/recipes\/(fettle\.nope@v1|nope)\.lua$/gm)).toHaveLength(4);
  });
});

describe('a thing to fetch that is wrong is refused when the recipe loads', () => {
  const table: Readonly<Record<string, Mistake>> = {
    'of an unknown kind': {
      lua: 'fetch = "ftp://host/a.tar.gz"',
      code: 'E_SOURCE',
      message: 'The source "ftp://host/a.tar.gz" has a scheme that fettle does not know: ftp.',
      line: 2,
    },
    'git without a ref': {
      lua: 'fetch = "git://host/kit"',
      code: 'E_RECIPE',
      message: 'fetch is a git source without a ref.',
      line: 2,
      hint: 'Add ref = "…": a commit, a tag or a branch.',
    },
    'a misspelt field': {
      lua: 'fetch = {\n  {\n    source = "http://host/a.tar.gz",\n    sha265 = "" },\n}',
      code: 'E_RECIPE',
      message: 'fetch[1] has an unknown field "sha265".',
      line: 5,
      hint: 'Did you mean "sha256"?',
    },
    'a table without a source': {
      lua: `fetch = { sha256 = "${HEX}" }`,
      code: 'E_RECIPE',
      message: 'fetch does not say what to fetch.',
      line: 2,
      hint: 'Add the field source.',
    },
    'a digest of the wrong length': {
      lua: `fetch = { source = "http://host/a",\n  sha256 = "${HEX}a" }`,
      code: 'E_INTEGRITY_SPEC',
      message: `The digest "${HEX}a" has 65 hexadecimal digits; a SHA-256 has 64.`,
      line: 3,
    },
    'a destination with a folder in it': {
      lua: 'fetch = { source = "http://host/a",\n  dest = "../a" }',
      code: 'E_FETCH_NAME',
      message: 'fetch.dest must be a file name without a folder.',
      line: 3,
      facts: ['got ../a'],
    },
    'an empty list': {
      lua: 'fetch = {}',
      code: 'E_RECIPE',
      message: 'fetch lists nothing to fetch.',
      line: 2,
    },
    'a number in the list': {
      lua: 'fetch = {\n  "http://host/a",\n  3 }',
      code: 'E_RECIPE',
      message: 'fetch[2] must be a source or a table with one, not the number 3.',
      line: 4,
    },
  };
  test.each(Object.entries(table))('%s', async (_what, mistake) => {
    await using world = await World.create();
    await expectRecipeRefused(world, mistake);
  });
});
