import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRegistryRig, RigAnswer, type RegistryRig } from '../registry-rig.js';
import type { ResolvedPackage } from '../resolved-package.js';
import { readModuleNotes, retractionOf } from './go-mod.js';
import { SumDatabaseRig } from './sum-database-rig.js';

const H1 = createHash('sha256').update('module').digest();
const LINE = `h1:${H1.toString('base64')}`;
const MODULE = 'example.com/Acme/kit';
const ESCAPED = 'example.com/!acme/kit';
const VERSIONS = ['v1.2.0', 'v1.2.10', 'v1.2.9', 'v1.3.0-rc.1', 'v1.10.0', 'v2.0.0+incompatible'];

let rig: RegistryRig;
let database: SumDatabaseRig;
beforeEach(async () => {
  rig = await createRegistryRig();
  database = new SumDatabaseRig(rig);
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

function serveProxy(place = '/proxy', goMod = `module ${MODULE}\n`): void {
  rig.serve(`${place}/${ESCAPED}/@v/list`, new RigAnswer(`${VERSIONS.join('\n')}\n`));
  for (const version of VERSIONS) {
    rig.serve(`${place}/${ESCAPED}/@v/${version}.info`, { Version: version, Time: '2024-01-02T03:04:05Z' });
    rig.serve(`${place}/${ESCAPED}/@v/${version}.mod`, new RigAnswer(goMod));
  }
}

function record(version: string, sum = LINE): string {
  return `${MODULE} ${version} ${sum}\n${MODULE} ${version}/go.mod ${LINE}\n`;
}

function serveSums(): void {
  database.serve(
    VERSIONS.map((version) => record(version)),
    lookUps(),
  );
}

function lookUps(): Record<string, number> {
  return Object.fromEntries(VERSIONS.map((version, place) => [`${ESCAPED}@${version}`, place]));
}

function environment(more: Readonly<Record<string, string>> = {}): { readonly env: Readonly<Record<string, string>> } {
  return { env: { GOPROXY: `${rig.origin}/proxy`, GOSUMDB: database.key, ...more } };
}

function resolve(wanted: string, more: Readonly<Record<string, string>> = {}): Promise<ResolvedPackage> {
  return rig.resolve(`pkg:golang/${MODULE}${wanted}`, environment(more));
}

test('a module is the zip of the proxy, with the hash that the checksum database signed', async () => {
  serveProxy();
  serveSums();
  expect(await resolve('@v1.2.0')).toEqual({
    url: `${rig.origin}/proxy/${ESCAPED}/@v/v1.2.0.zip`,
    fileName: 'kit-v1.2.0.zip',
    integrity: { algorithm: 'h1', value: H1.toString('hex') },
    headers: {},
    version: 'v1.2.0',
    purl: `pkg:golang/${MODULE}@v1.2.0`,
    publishedAt: '2024-01-02T03:04:05Z',
    proofs: ['checksum database'],
    warnings: [],
  });
});

describe('a version is chosen as the go command would', () => {
  test.each([
    ['nothing', '', 'v2.0.0+incompatible'],
    ['latest', '@latest', 'v2.0.0+incompatible'],
    ['a major version', '@v1', 'v1.10.0'],
    ['a minor version', '@v1.2', 'v1.2.10'],
    ['below', '@<v1.10.0', 'v1.2.10'],
    ['at most', '@<=v1.10.0', 'v1.10.0'],
    ['above: the lowest', '@>v1.2.0', 'v1.2.9'],
    ['at least: the lowest', '@%3E%3Dv1.2.1', 'v1.2.9'],
    ['a minor version with nothing but pre-releases', '@v1.3', 'v1.3.0-rc.1'],
    ['a version without its v', '@1.2.9', 'v1.2.9'],
  ])('by %s', async (_what, wanted, expected) => {
    serveProxy();
    serveSums();
    expect((await resolve(wanted)).version).toBe(expected);
  });

  test('by a branch, which the proxy turns into a pseudo-version', async () => {
    const version = 'v1.10.1-0.20240102030405-abcdefabcdef';
    serveProxy();
    rig.serve(`/proxy/${ESCAPED}/@v/feature/x.info`, { Version: version, Time: '2024-01-02T03:04:05Z' });
    database.serve([record(version)], { [`${ESCAPED}@${version}`]: 0 });
    expect((await resolve('@feature%2Fx')).purl).toBe(`pkg:golang/${MODULE}@${version}`);
  });

  test('by its newest commit when it has no versions', async () => {
    const version = 'v0.0.0-20240102030405-abcdefabcdef';
    rig.serve(`/proxy/${ESCAPED}/@v/list`, new RigAnswer(''));
    rig.serve(`/proxy/${ESCAPED}/@latest`, { Version: version });
    database.serve([record(version)], { [`${ESCAPED}@${version}`]: 0 });
    expect((await resolve('')).version).toBe(version);
  });

  test('without those that were retracted, unless one is named', async () => {
    const goMod = `// Deprecated: use kit2\nmodule ${MODULE}\nretract v2.0.0+incompatible // was a mistake\nretract [v1.10.0, v1.11.0]\n`;
    serveProxy('/proxy', goMod);
    serveSums();
    const newest = await resolve('');
    expect([newest.version, newest.warnings]).toEqual(['v1.2.10', [`${MODULE} is deprecated: use kit2`]]);
    expect((await resolve('@v2.0.0+incompatible')).warnings).toContain(
      `${MODULE} v2.0.0+incompatible was retracted: was a mistake`,
    );
  });
});

describe('what the go command is told', () => {
  test('comes from the file that go env writes', async () => {
    serveProxy();
    serveSums();
    await rig.write('home/.config/go/env', `GOPROXY=${rig.origin}/proxy,direct\nGOSUMDB=${database.key}\n`);
    expect((await rig.resolve(`pkg:golang/${MODULE}@v1.2.0`)).version).toBe('v1.2.0');
    await expect(
      rig.resolve(`pkg:golang/${MODULE}@v1.2.0`, { env: { GOENV: 'off', GOPROXY: 'off' } }),
    ).rejects.toMatchObject({ code: 'E_REGISTRY', message: expect.stringContaining('No proxy may be asked') });
  });

  test('a proxy that has no such module leaves it to the next, any other failure does not', async () => {
    serveProxy('/second');
    database.serve([record('v1.2.0')], { [`${ESCAPED}@v1.2.0`]: 0 });
    const next = `${rig.origin}/second`;
    const sums = { GOSUMDB: 'off' };
    const expected = { algorithm: 'h1', value: 'ab'.repeat(32) } as const;
    const purl = `pkg:golang/${MODULE}@v1.2.0`;
    const ask = (proxies: string): Promise<ResolvedPackage> =>
      rig.resolve(purl, { env: { GOPROXY: proxies, ...sums }, expected });
    expect((await ask(`${rig.origin}/first,${next}`)).url).toContain('/second/');
    rig.serve(`/broken/${ESCAPED}/@v/v1.2.0.info`, new RigAnswer('', { status: 500 }));
    await expect(ask(`${rig.origin}/broken,${next}`)).rejects.toMatchObject({ code: 'E_FETCH' });
    expect((await ask(`${rig.origin}/broken|${next}`)).url).toContain('/second/');
    await expect(ask(`${rig.origin}/first,direct`)).rejects.toMatchObject({ code: 'E_REGISTRY' });
  });

  test('a proxy may be a folder, and needs credentials only where it says so', async () => {
    await rig.write(`goproxy/${ESCAPED}/@v/v1.0.0.info`, '{"Version":"v1.0.0"}');
    const folder = pathToFileURL(`${rig.home}/../goproxy`).href;
    const expected = { algorithm: 'h1', value: 'ab'.repeat(32) } as const;
    const found = await rig.resolve(`pkg:golang/${MODULE}@v1.0.0`, {
      env: { GOPROXY: folder, GOSUMDB: 'off' },
      expected,
    });
    expect(found.url).toBe(`${folder}/${ESCAPED}/@v/v1.0.0.zip`);
    serveProxy();
    const proxy = `${rig.origin.replace('//', '//ann:secret@')}/proxy`;
    const closed = await rig.resolve(`pkg:golang/${MODULE}@v1.2.0`, {
      env: { GOPROXY: proxy, GOSUMDB: 'off' },
      expected,
    });
    expect(closed).toMatchObject({ headers: { authorization: `Basic ${btoa('ann:secret')}` } });
    expect(closed.url).not.toContain('secret');
  });

  test.each([
    ['GOPRIVATE', 'example.com/*'],
    ['GONOPROXY', '*.org,example.com'],
  ])('%s=%s keeps a module from the proxies', async (name, patterns) => {
    serveProxy();
    await expect(resolve('@v1.2.0', { [name]: patterns })).rejects.toMatchObject({ code: 'E_REGISTRY' });
    expect(rig.requests).toEqual([]);
  });

  test.each([
    ['GONOSUMDB', 'example.com/[A-Z]cme'],
    ['GOSUMDB', 'off'],
    ['GONOSUMCHECK', '1'],
    ['GOFLAGS', '-mod=mod -insecure'],
  ])('%s=%s keeps the checksum database out, so the recipe must say the digest', async (name, value) => {
    serveProxy();
    await expect(resolve('@v1.2.0', { [name]: value })).rejects.toMatchObject({
      code: 'E_REGISTRY',
      hint: expect.stringContaining('sha256'),
    });
    expect(rig.requests.filter(({ path }) => path.includes('sumdb'))).toEqual([]);
  });
});

describe('the checksum database is not believed when', () => {
  test('another key signed', async () => {
    serveProxy();
    serveSums();
    const GOSUMDB = new SumDatabaseRig(rig).key;
    await expect(resolve('@v1.2.0', { GOSUMDB })).rejects.toMatchObject({
      code: 'E_CHECKSUM',
      message: expect.stringContaining('not signed'),
    });
  });

  test('its answer is not in the tree it signed', async () => {
    serveProxy();
    const records = VERSIONS.map((version) => record(version));
    const forged = records.map((each) => each.replace(LINE, `h1:${Buffer.alloc(32).toString('base64')}`));
    database.serve(records, lookUps(), forged);
    await expect(resolve('@v1.2.0')).rejects.toMatchObject({
      code: 'E_CHECKSUM',
      message: expect.stringContaining('not in the tree'),
    });
  });

  test.each(['', '0\n\n\n', 'x', '7\nexample.com v1 h1:AA\n\nnote', '<html>'])('it answers %j', async (answer) => {
    serveProxy();
    serveSums();
    rig.serve(`/proxy/sumdb/sum.example.test/lookup/${ESCAPED}@v1.2.0`, new RigAnswer(answer));
    await expect(resolve('@v1.2.0')).rejects.toMatchObject({ code: 'E_CHECKSUM' });
  });

  test('its key is no key', async () => {
    serveProxy();
    serveSums();
    await expect(resolve('@v1.2.0', { GOSUMDB: 'sum.example.test+00000000+AAAA' })).rejects.toMatchObject({
      code: 'E_REGISTRY',
    });
  });

  test('it has no such module', async () => {
    serveProxy();
    database.serve([record('v9.9.9')], {});
    await expect(resolve('@v1.2.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      hint: expect.stringContaining('GOPRIVATE'),
    });
  });
});

test('a record is found in trees of every size, wherever it stands', async () => {
  serveProxy();
  const sizes = fc.integer({ min: 1, max: 1400 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
  await fc.assert(
    fc.asyncProperty(sizes, async ([size, place]) => {
      const records = Array.from({ length: size }, (_, other) =>
        other === place ? record('v1.2.0') : `other ${other}\n`,
      );
      database.serve(records, { [`${ESCAPED}@v1.2.0`]: place });
      expect((await resolve('@v1.2.0')).integrity.algorithm).toBe('h1');
    }),
    { numRuns: 25, examples: [[[1, 0]], [[256, 255]], [[257, 256]], [[512, 0]], [[1025, 1024]]] },
  );
});

test('what a go.mod says is read from lines and blocks', async () => {
  const notes = readModuleNotes(
    'module a.b/c // Deprecated: gone\n\nretract (\n\tv1.0.0 // first\n\t// second\n\t[v1.1.0, v1.2.0]\n)\nrequire (\n\tv.w/x v9.9.9\n)\n',
  );
  expect(notes).toEqual({
    deprecated: 'gone',
    retractions: [
      { from: 'v1.0.0', to: 'v1.0.0', why: 'first' },
      { from: 'v1.1.0', to: 'v1.2.0', why: 'second' },
    ],
  });
  expect(await retractionOf('v1.1.5', notes.retractions)).toBe('second');
  expect(await retractionOf('v1.3.0', notes.retractions)).toBeUndefined();
});
