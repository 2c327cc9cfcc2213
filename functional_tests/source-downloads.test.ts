import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expectNothingKept, respondWith, RunReport, World } from './support/index.js';

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const sri = (content: string): string => `sha512-${createHash('sha512').update(content).digest('base64')}`;

/** Syncs one package that fetches this. */
async function fetching(world: World, fetch: string, more = ''): Promise<RunReport> {
  await world.recipe('local.a@v1', `fetch = ${fetch}\n${more}`);
  await world.manifest('packages = { "local.a@v1" }');
  return new RunReport(await world.fettle(['sync', '--json']));
}

async function asset(report: RunReport): Promise<readonly string[]> {
  const { path, error } = report.package('local.a@v1');
  if (path === null) throw new Error(JSON.stringify(error));
  return (await readdir(path)).sort();
}

function downloads(report: RunReport): readonly unknown[] {
  return report.events.filter(({ kind }) => kind === 'download:end').map((event) => event['name']);
}

describe('what a recipe fetches arrives', () => {
  test('from a path, relative to the recipe', async () => {
    await using world = await World.create();
    await world.write('recipes/data.txt', 'data');
    expect(await asset(await fetching(world, '"data.txt"'))).toEqual(['data.txt']);
  });

  test('from a file URL', async () => {
    await using world = await World.create();
    const file = await world.write('some data.txt', 'data');
    expect(await asset(await fetching(world, `"${pathToFileURL(file).href}"`))).toEqual(['some data.txt']);
  });

  test('over http, through redirects, under the name that was asked for', async () => {
    await using world = await World.create();
    const target = world.server.serve('/store/f8a1', 'data');
    const url = world.server.serve('/kit.txt', respondWith('', { status: 302, headers: { location: target } }));
    const report = await fetching(world, `{ source = "${url}?v=1", sha256 = "${sha256('data').toUpperCase()}" }`);
    expect(await asset(report)).toEqual(['kit.txt']);
    expect(world.server.requests.map(({ path }) => path)).toEqual(['/kit.txt?v=1', '/store/f8a1']);
  });

  test('verified by an SRI string, with %XX decoded, and under another name', async () => {
    await using world = await World.create();
    const one = world.server.serve('/a%20b%2Bc.txt', 'one');
    const two = world.server.serve('/two', 'two');
    const report = await fetching(
      world,
      `{ { source = "${one}", sha256 = "${sri('one')}" }, { source = "${two}", dest = "2.txt" } }`,
    );
    expect(await asset(report)).toEqual(['2.txt', 'a b+c.txt']);
  });

  test('from a mirror when the first place has nothing', async () => {
    await using world = await World.create();
    const mirror = world.server.serve('/mirror/kit.txt', 'data');
    const gone = `${world.server.origin}/kit.txt`;
    const report = await fetching(
      world,
      `{ source = "${gone}", sha256 = "${sha256('data')}", mirrors = { "${mirror}" } }`,
    );
    expect(await asset(report)).toEqual(['kit.txt']);
  });

  test('from git, at the ref, by branch, tag or commit', async () => {
    await using world = await World.create();
    const repository = bareRepository(world);
    for (const ref of ['main', 'v1', repository.commit]) {
      const report = await fetching(
        world,
        `{ source = "${repository.path}", ref = "${ref}" }`,
        'install = function(ctx) ctx.copy(ctx.stage_dir .. "/kit.git/f", "f") end',
      );
      const { path, error } = report.package('local.a@v1');
      expect(error).toBeNull();
      expect(await readFile(join(path ?? '', 'f'), 'utf8')).toBe(ref === 'main' ? 'second' : 'first');
    }
  });
});

/** A repository with two commits on `main`, the first of them tagged `v1`. */
function bareRepository(world: World): { readonly path: string; readonly commit: string } {
  const [work, path] = [join(world.root, 'work'), join(world.root, 'kit.git')];
  const env = { PATH: process.env['PATH'] ?? '', HOME: world.home, GIT_CONFIG_NOSYSTEM: '1' };
  const script = `git init -q -b main ${work}; cd ${work}; git config user.name t; git config user.email t@t
    printf first > f; mkdir kit; printf 'identity = "acme.kit@v1"\\ninstall = "touch x"' > kit/recipe.lua
    git add .; git commit -qm 1; git tag v1; git rev-parse HEAD
    printf second > f; git commit -qam 2; git clone -q --bare . ${path}`;
  return { path, commit: execFileSync('sh', ['-e', '-c', script], { encoding: 'utf8', env }).trim() };
}

describe('what does not arrive as it should is told', () => {
  test('two downloads of one name are refused before any of them', async () => {
    await using world = await World.create();
    const report = await fetching(
      world,
      `{ "${world.server.origin}/a/kit.zip", "${world.server.origin}/b/kit.zip?x" }`,
    );
    expect(report.exitCode).toBe(3);
    expect(report.package('local.a@v1').error).toMatchObject({ code: 'E_FETCH_NAME', location: { line: 2 } });
    expect(report.result.stderr).toContain('kit.zip');
    expect(world.server.requests).toEqual([]);
    await expectNothingKept(world);
  });

  test('all failures are told at once', async () => {
    await using world = await World.create();
    world.server.serve('/bad', 'bad');
    const { origin } = world.server;
    const report = await fetching(
      world,
      `{ "${origin}/gone1", "${origin}/gone2", { source = "${origin}/bad", sha256 = "${sha256('good')}" } }`,
    );
    expect(report.exitCode).toBe(5);
    expect(report.package('local.a@v1').error?.code).toBe('E_FETCH_FAILED');
    for (const told of ['/gone1', '/gone2', '/bad', sha256('good'), sha256('bad')]) {
      expect(report.result.stderr).toContain(told);
    }
  });

  test('after a failure only what is missing is downloaded again', async () => {
    await using world = await World.create();
    world.server.serve('/right', 'right');
    world.server.serve('/unchecked', 'unchecked');
    const { origin } = world.server;
    const fetch = `{ { source = "${origin}/right", sha256 = "${sha256('right')}" }, "${origin}/unchecked",
      { source = "${origin}/late", sha256 = "${sha256('late')}" } }`;
    expect((await fetching(world, fetch)).exitCode).toBe(5);
    world.server.serve('/late', 'late');
    const second = await fetching(world, fetch);
    expect(await asset(second)).toEqual(['late', 'right', 'unchecked']);
    expect(downloads(second).toSorted()).toEqual(['late', 'unchecked']);
    expect(world.server.count('/right')).toBe(1);
  });

  test('a wrong file with what was expected, what came, and from where', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.txt', 'evil');
    const report = await fetching(world, `{ source = "${url}", sha256 = "${sha256('good')}" }`);
    expect(report.exitCode).toBe(4);
    expect(report.package('local.a@v1').error).toMatchObject({ code: 'E_CHECKSUM', location: { line: 2 } });
    const told = report.result.stderr.replace(/ +/g, ' ');
    for (const fact of [`expected ${sha256('good')}`, `got ${sha256('evil')}`, `url ${url}`, 'bytes 4']) {
      expect(told).toContain(fact);
    }
    expect(told).not.toContain('web page');
  });

  test('a web page instead of the file as such', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.txt', '<!DOCTYPE html><html>sign in</html>');
    const report = await fetching(world, `{ source = "${url}", sha256 = "${sha256('good')}" }`);
    expect(report.exitCode).toBe(4);
    expect(report.result.stderr).toMatch(/content +looks like a web page/);
    expect(report.package('local.a@v1').error?.hint).toContain('The server sent a web page');
  });

  test('a file that is not there', async () => {
    await using world = await World.create();
    const report = await fetching(world, '"data.txt"');
    expect(report.package('local.a@v1').error?.code).toBe('E_FETCH_MISSING');
    expect(report.result.stderr).toContain(`${world.project}/recipes/data.txt`);
  });

  test('a ref that the repository does not have', async () => {
    await using world = await World.create();
    const { path } = bareRepository(world);
    const report = await fetching(world, `{ source = "${path}", ref = "v9" }`, 'install = "touch x"');
    expect(report.package('local.a@v1').error?.code).toBe('E_GIT');
    expect(report.result.stderr).toContain('v9');
  });
});

describe('secrets in addresses are told nowhere', () => {
  test.each([
    ['after success', 200],
    ['after failure', 403],
  ])('%s', async (_when, status) => {
    await using world = await World.create();
    world.server.serve('/kit.txt', respondWith('data', { status }));
    const url = world.server.origin.replace('//', '//ann:hunter2@');
    await world.write('recipes/secret.lua', `return "${url}/kit.txt?token=s3cr3t"`);
    const report = await fetching(world, 'require("secret")');
    expect(report.exitCode).toBe(status === 200 ? 0 : 5);
    expect(world.server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('ann:hunter2')}`);
    const { stdout, stderr } = report.result;
    const cached = execFileSync('sh', ['-c', 'cat $(find . -type f)'], { cwd: world.cache, encoding: 'utf8' });
    const traces = execFileSync('sh', ['-c', 'cat events-*'], { cwd: world.temporary, encoding: 'utf8' });
    for (const text of [stdout, stderr, cached, traces]) expect(text).not.toMatch(/hunter2|s3cr3t/);
  });
});

describe('a recipe from git', () => {
  test.each(['v1', 'commit'])('is used at its ref, from a sub-folder: %s', async (ref) => {
    await using world = await World.create();
    const { path, commit } = bareRepository(world);
    const source = `git+file://${path}`;
    const at = ref === 'commit' ? commit : ref;
    await world.manifest(
      `packages = { { recipe = "acme.kit@v1", source = "${source}", ref = "${at}", subdir = "kit" } }`,
    );
    const report = new RunReport(await world.fettle(['sync', '--json']));
    expect(report.statuses).toEqual({ 'acme.kit@v1': 'installed' });
  });
});
