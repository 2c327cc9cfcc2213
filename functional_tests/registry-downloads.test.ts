import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { respondWith, RunReport, tarGz, World, zip, type CommandOptions, type Responder } from './support/index.js';

const hex = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const WRONG_DIGEST = '0'.repeat(64);
const TOKEN = 't0p-secret';

const TARBALL = tarGz([{ path: 'package/index.js', content: '1' }]);
const WHEEL = zip([{ path: 'kit/__init__.py', content: '1' }]);
const CRATE = tarGz([{ path: 'kit-1.2.3/Cargo.toml', content: '[package]' }]);

async function syncPurl(world: World, purl: string, env: CommandOptions['env'], strip = 1): Promise<RunReport> {
  await world.recipe('local.a@v1', `fetch = "${purl}"\nstage = { strip = ${strip} }`);
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

describe('Go', () => {
  const MODULE = 'example.com/!acme/kit';
  const ZIP = zip([{ path: 'example.com/Acme/kit@v1.2.3/go.mod', content: 'module example.com/Acme/kit' }]);

  function serve(world: World): Readonly<Record<string, string>> {
    const { server } = world;
    server.serve(`/go/${MODULE}/@v/list`, 'v1.2.3\nv1.2.4-rc.1\n');
    server.serve(`/go/${MODULE}/@v/v1.2.3.info`, '{"Version":"v1.2.3","Time":"2024-01-02T03:04:05Z"}');
    server.serve(`/go/${MODULE}/@v/v1.2.3.mod`, 'module example.com/Acme/kit\n');
    server.serve(`/go/${MODULE}/@v/v1.2.3.zip`, ZIP);
    return { GOPROXY: `${server.origin}/go`, GOSUMDB: 'off' };
  }

  const sum = createHash('sha256')
    .update(`${hex(Buffer.from('module example.com/Acme/kit'))}  example.com/Acme/kit@v1.2.3/go.mod\n`)
    .digest('base64');

  async function sync(world: World, digest: string): Promise<RunReport> {
    const fetch = `{ source = "pkg:golang/example.com/Acme/kit@v1", sha256 = "${digest}" }`;
    await world.recipe('local.a@v1', `fetch = ${fetch}\nstage = { strip = 3 }`);
    await world.manifest('packages = { "local.a@v1" }');
    return new RunReport(await world.fettle(['sync', '--json'], { env: serve(world) }));
  }

  test('modules come from the proxy, verified by the hash that go.sum has', async () => {
    await using world = await World.create();
    expect(await contents(await sync(world, `h1:${sum}`))).toEqual(['go.mod']);
  });

  test('modules are verified by what the checksum database signed', async () => {
    await using world = await World.create();
    const env = { ...serve(world), GOSUMDB: serveSumDatabase(world.server, sum) };
    expect(await contents(await syncPurl(world, 'pkg:golang/example.com/Acme/kit@v1', env, 3))).toEqual(['go.mod']);
  });

  test('modules that are not what the checksum database signed are refused', async () => {
    await using world = await World.create();
    const env = { ...serve(world), GOSUMDB: serveSumDatabase(world.server, Buffer.alloc(32).toString('base64')) };
    expectMismatch(await syncPurl(world, 'pkg:golang/example.com/Acme/kit@v1', env));
  });

  /** A log of one record: its tree is the record's own hash. @returns what `GOSUMDB` is to be */
  function serveSumDatabase(server: World['server'], signed: string): string {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = Buffer.concat([Buffer.of(1), publicKey.export({ format: 'der', type: 'spki' }).subarray(12)]);
    const keyHash = createHash('sha256').update('sum.test\n').update(key).digest().subarray(0, 4);
    const record = `example.com/Acme/kit v1.2.3 h1:${signed}\n`;
    const root = createHash('sha256').update(Buffer.of(0)).update(record).digest('base64');
    const tree = `go.sum database tree\n1\n${root}\n`;
    const signature = Buffer.concat([keyHash, sign(null, Buffer.from(tree), privateKey)]).toString('base64');
    server.serve('/go/sumdb/sum.test/supported', '');
    server.serve(`/go/sumdb/sum.test/lookup/${MODULE}@v1.2.3`, `0\n${record}\n${tree}\n\u2014 sum.test ${signature}\n`);
    return `sum.test+${keyHash.toString('hex')}+${key.toString('base64')}`;
  }

  test('modules with another hash are refused', async () => {
    await using world = await World.create();
    expectMismatch(await sync(world, `h1:${Buffer.alloc(32).toString('base64')}`));
  });
});

describe('Maven', () => {
  const JAR = zip([{ path: 'META-INF/MANIFEST.MF', content: 'Manifest-Version: 1.0' }]);

  async function serve(world: World, checksum: string): Promise<void> {
    const folder = '/maven/org/acme/kit';
    const versions = '<versions><version>1.2</version><version>1.10</version><version>2.0</version></versions>';
    world.server.serve(`${folder}/maven-metadata.xml`, `<metadata><versioning>${versions}</versioning></metadata>`);
    world.server.serve(`${folder}/1.10/kit-1.10.zip`, JAR);
    world.server.serve(`${folder}/1.10/kit-1.10.zip.sha256`, checksum);
    const mirror = `<mirror><id>m</id><mirrorOf>*</mirrorOf><url>${world.server.origin}/maven</url></mirror>`;
    await mkdir(join(world.home, '.m2'));
    await writeFile(join(world.home, '.m2/settings.xml'), `<settings><mirrors>${mirror}</mirrors></settings>`);
  }

  test("artifacts come through the mirror of the settings, a range by Maven's own order", async () => {
    await using world = await World.create();
    await serve(world, hex(JAR));
    expect(await contents(await syncPurl(world, 'pkg:maven/org.acme/kit@[1.0,2.0)?type=zip', {}))).toEqual([
      'MANIFEST.MF',
    ]);
  });

  test('artifacts with another checksum are refused', async () => {
    await using world = await World.create();
    await serve(world, WRONG_DIGEST);
    expectMismatch(await syncPurl(world, 'pkg:maven/org.acme/kit@1.10?type=zip', {}));
  });
});

describe('a range', () => {
  function serve(world: World): Readonly<Record<string, string>> {
    const url = world.server.serve('/npm/kit.tgz', TARBALL);
    const dist = { tarball: url, integrity: `sha512-${createHash('sha512').update(TARBALL).digest('base64')}` };
    const versions = { '1.2.3': { dist }, '1.9.0': { dist, deprecated: 'use kit2' }, '2.0.0': { dist } };
    world.server.serve('/npm/kit', JSON.stringify({ 'dist-tags': { latest: '2.0.0' }, versions }));
    return { npm_config_registry: `${world.server.origin}/npm/` };
  }

  test.each([
    ['^1.0.0', 'kit-1.2.3.tgz', undefined],
    ['>=1.5 <2', 'kit-1.9.0.tgz', 'kit@1.9.0 is deprecated: use kit2'],
    ['latest', 'kit-2.0.0.tgz', undefined],
    ['', 'kit-2.0.0.tgz', undefined],
  ])('"%s" is the newest version that fits', async (range, name, warning) => {
    await using world = await World.create();
    const report = await syncPurl(world, `pkg:npm/kit@${range}`, serve(world));
    expect(await contents(report)).toEqual(['index.js']);
    const downloads = report.events.filter(({ kind }) => kind === 'download:end').map((event) => event['name']);
    expect(downloads).toEqual([name]);
    if (warning !== undefined) expect(report.result.stderr + report.result.stdout).toContain(warning);
  });

  test('that nothing fits tells what there is', async () => {
    await using world = await World.create();
    const report = await syncPurl(world, 'pkg:npm/kit@^3.0.0', serve(world));
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([5, 'E_REGISTRY']);
    expect(report.result.stderr).toContain('1.2.3, 1.9.0, 2.0.0');
  });
});

test.each([
  ['pkg:npm/kit@!!', 'is neither a version nor a range of npm'],
  ['pkg:pypi/kit@^1.0', 'is neither a version nor a range of pypi'],
  ['pkg:maven/org.acme/kit@1.0-SNAPSHOT', 'means another file on another day'],
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
