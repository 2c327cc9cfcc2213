import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { respondWith, RunReport, tarGz, World, zip, type CommandOptions, type Responder } from './support/index.js';

const hex = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const WRONG_DIGEST = '0'.repeat(64);
const TOKEN = 't0p-secret';

const TARBALL = tarGz([{ path: 'package/index.js', content: '1' }]);
const WHEEL = zip([{ path: 'kit/__init__.py', content: '1' }]);
const CRATE = tarGz([{ path: 'kit-1.2.3/Cargo.toml', content: '[package]' }]);

async function syncPurl(world: World, purl: string, env: CommandOptions['env']): Promise<RunReport> {
  await world.recipe('local.a@v1', `fetch = "${purl}"\nstage = { strip = 1 }`);
  await world.manifest('packages = { "local.a@v1" }');
  return new RunReport(await world.fettle(['sync', '--json'], env && { env }));
}

async function contents(report: RunReport): Promise<readonly string[]> {
  const { path, error } = report.package('local.a@v1');
  if (path === null) throw new Error(JSON.stringify(error));
  return readdir(path);
}

function expectMismatch(report: RunReport): void {
  expect(report.exitCode).toBe(4);
  expect(report.package('local.a@v1').error).toMatchObject({ code: 'E_CHECKSUM', location: { line: 2 } });
}

/** Answers only who shows the authorization. */
function onlyFor(authorization: string, answer: Responder): Responder {
  return (request, response) =>
    request.headers.authorization === authorization
      ? answer(request, response)
      : respondWith('who are you?', { status: 401 })(request, response);
}

describe('npm', () => {
  const integrity = (content: Uint8Array): string => `sha512-${createHash('sha512').update(content).digest('base64')}`;

  function serve(world: World, path: string, tarball: Uint8Array): void {
    const url = world.server.serve('/npm/kit-1.2.3.tgz', onlyFor(`Bearer ${TOKEN}`, respondWith(tarball)));
    const document = { versions: { '1.2.3': { dist: { tarball: url, integrity: integrity(TARBALL) } } } };
    world.server.serve(path, onlyFor(`Bearer ${TOKEN}`, respondWith(JSON.stringify(document))));
  }

  async function configure(world: World): Promise<void> {
    const { origin } = world.server;
    const lines = [`@acme:registry=${origin}/npm/`, `${origin.replace('http:', '')}/npm/:_authToken=\${TOKEN}`];
    await writeFile(join(world.home, '.npmrc'), `${lines.join('\n')}\n`);
  }

  test('comes from the registry of its scope, with its token, which is told nowhere', async () => {
    await using world = await World.create();
    await configure(world);
    serve(world, '/npm/@acme%2fkit', TARBALL);
    const report = await syncPurl(world, 'pkg:npm/%40acme/kit@1.2.3', { TOKEN });
    expect(await contents(report)).toEqual(['index.js']);
    const { stdout, stderr } = report.result;
    const written = execFileSync('sh', ['-c', 'cat $(find cache tmp -type f)'], { cwd: world.root, encoding: 'utf8' });
    for (const text of [stdout, stderr, written]) expect(text).not.toContain(TOKEN);
  });

  test('is refused when it is not what the registry published', async () => {
    await using world = await World.create();
    await configure(world);
    serve(world, '/npm/@acme%2fkit', Buffer.from('evil'));
    expectMismatch(await syncPurl(world, 'pkg:npm/%40acme/kit@1.2.3', { TOKEN }));
  });

  test('that refuses us is an error of the network, without the token', async () => {
    await using world = await World.create();
    await configure(world);
    serve(world, '/npm/@acme%2fkit', TARBALL);
    const report = await syncPurl(world, 'pkg:npm/%40acme/kit@1.2.3', { TOKEN: 'wr0ng-secret' });
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([5, 'E_REGISTRY']);
    expect(report.result.stderr + report.result.stdout).not.toContain('wr0ng-secret');
  });

  test('of a version that is not there names those that are', async () => {
    await using world = await World.create();
    await configure(world);
    serve(world, '/npm/@acme%2fkit', TARBALL);
    const report = await syncPurl(world, 'pkg:npm/%40acme/kit@1.2.4', { TOKEN });
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([5, 'E_REGISTRY']);
    expect(report.result.stderr).toContain('1.2.3');
  });
});

describe('PyPI', () => {
  const FILE = 'kit-1.2.3-py3-none-any.whl';

  function serve(world: World, digest: string): Readonly<Record<string, string>> {
    const url = world.server.serve(`/files/${FILE}`, WHEEL);
    const page = `<!DOCTYPE html><html><body><a href="${url}#sha256=${digest}">${FILE}</a></body></html>`;
    world.server.serve('/simple/kit/', respondWith(page, { headers: { 'content-type': 'text/html' } }));
    return { PIP_INDEX_URL: `${world.server.origin.replace('//', `//ann:${TOKEN}@`)}/simple` };
  }

  test('comes from the index that pip is told, and its credentials are told nowhere', async () => {
    await using world = await World.create();
    const report = await syncPurl(world, 'pkg:pypi/Kit@1.2.3', serve(world, hex(WHEEL)));
    expect(await contents(report)).toEqual(['__init__.py']);
    expect(world.server.requests[0]?.headers.authorization).toBe(`Basic ${btoa(`ann:${TOKEN}`)}`);
    const { stdout, stderr } = report.result;
    const written = execFileSync('sh', ['-c', 'cat $(find cache tmp -type f)'], { cwd: world.root, encoding: 'utf8' });
    for (const text of [stdout, stderr, written]) expect(text).not.toContain(TOKEN);
  });

  test('is refused when it is not what the index published', async () => {
    await using world = await World.create();
    expectMismatch(await syncPurl(world, 'pkg:pypi/kit@1.2.3', serve(world, WRONG_DIGEST)));
  });

  test('of a version that is not there is an error', async () => {
    await using world = await World.create();
    const report = await syncPurl(world, 'pkg:pypi/kit@2.0.0', serve(world, hex(WHEEL)));
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([5, 'E_REGISTRY']);
  });
});

describe('Cargo', () => {
  /** Its own sources are replaced by a sparse index here. */
  async function serve(world: World, cksum: string): Promise<Readonly<Record<string, string>>> {
    const { origin } = world.server;
    world.server.serve('/index/config.json', JSON.stringify({ dl: `${origin}/crates/{crate}-{version}.crate` }));
    world.server.serve('/index/3/k/kit', `${JSON.stringify({ name: 'kit', vers: '1.2.3', cksum, yanked: false })}\n`);
    world.server.serve('/crates/kit-1.2.3.crate', CRATE);
    const config = `[source.crates-io]\nreplace-with = "here"\n[source.here]\nregistry = "sparse+${origin}/index/"\n`;
    await world.write('cargo-home/config.toml', config);
    return { CARGO_HOME: join(world.project, 'cargo-home') };
  }

  test('comes from the source that replaces its own', async () => {
    await using world = await World.create();
    const report = await syncPurl(world, 'pkg:cargo/kit@1.2.3', await serve(world, hex(CRATE)));
    expect(await contents(report)).toEqual(['Cargo.toml']);
  });

  test('is refused when it is not what the index published', async () => {
    await using world = await World.create();
    expectMismatch(await syncPurl(world, 'pkg:cargo/kit@1.2.3', await serve(world, WRONG_DIGEST)));
  });
});

test.each([
  ['pkg:npm/kit', 'has no version'],
  ['pkg:npm/kit@latest', 'is not an exact npm version'],
  ['pkg:gem/kit@1.0.0', "Packages of type 'gem' cannot be fetched."],
  ['pkg:npm/kit@1.0.0?flavour=x', "has the unknown qualifier 'flavour'"],
])('%s is refused before anything is asked', async (purl, problem) => {
  await using world = await World.create();
  const report = await syncPurl(world, purl, { npm_config_registry: world.server.origin });
  expect(report.exitCode).toBe(3);
  expect(report.package('local.a@v1').error).toMatchObject({
    code: 'E_PURL',
    message: expect.stringContaining(problem),
  });
  expect(world.server.requests).toEqual([]);
});
