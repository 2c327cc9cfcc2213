import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRegistryRig, RigAnswer, type RegistryRig } from '../registry-rig.js';

const CKSUM = 'cd'.repeat(32);

let rig: RegistryRig;
beforeEach(async () => {
  rig = await createRegistryRig();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

function indexFile(name: string, versions: readonly string[], yanked = false): string {
  return versions.map((vers) => JSON.stringify({ name, vers, cksum: CKSUM, yanked, deps: [] })).join('\n') + '\n';
}

function serveIndex(base: string, config: object = {}): void {
  rig.serve(`${base}/config.json`, { dl: `${rig.origin}/crates`, ...config });
  rig.serve(`${base}/se/rd/serde`, indexFile('serde', ['1.0.0', '1.1.0', '2.0.0+meta.5']));
}

function replacement(registry: string): string {
  return `[source.crates-io]\nreplace-with = "mirror"\n[source.mirror]\nregistry = "${registry}"\n`;
}

describe('the source cargo is configured with', () => {
  test.each([
    ['the project', 'home/work/project/.cargo/config.toml', {}],
    ['a parent folder', 'home/work/.cargo/config.toml', {}],
    ['an old file without an ending', 'home/work/.cargo/config', {}],
    ["cargo's home", 'home/.cargo/config.toml', {}],
    ['CARGO_HOME', 'elsewhere/config.toml', { CARGO_HOME: 'ROOT/elsewhere' }],
  ])('comes from %s', async (_what, file, variables: Record<string, string>) => {
    serveIndex('/index');
    await rig.write(file, replacement(`sparse+${rig.origin}/index/`));
    const env = Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [key, value.replace('ROOT', join(rig.home, '..'))]),
    );
    expect(await rig.resolve('pkg:cargo/serde@1.0.0', { env })).toEqual({
      url: `${rig.origin}/crates/serde/1.0.0/download`,
      fileName: 'serde-1.0.0.crate',
      integrity: { algorithm: 'sha256', value: CKSUM },
      headers: {},
      version: '1.0.0',
      purl: 'pkg:cargo/serde@1.0.0',
      warnings: [],
    });
  });

  test('is merged key by key, the nearest file first', async () => {
    serveIndex('/near');
    await rig.write('home/.cargo/config.toml', replacement(`sparse+${rig.origin}/far/`));
    await rig.write('home/work/.cargo/config.toml', `[source.mirror]\nregistry = "sparse+${rig.origin}/near/"\n`);
    expect((await rig.resolve('pkg:cargo/serde@1.0.0')).version).toBe('1.0.0');
    expect(rig.requests[0]?.path).toBe('/near/config.json');
  });

  test('may be a chain that ends at a named registry, also one of the environment', async () => {
    serveIndex('/index');
    const chain = '[source.crates-io]\nreplace-with = "one"\n[source.one]\nreplace-with = "my-mirror"\n';
    await rig.write('home/.cargo/config.toml', chain);
    const env = { CARGO_REGISTRIES_MY_MIRROR_INDEX: `sparse+${rig.origin}/index` };
    expect((await rig.resolve('pkg:cargo/serde@1.1.0', { env })).version).toBe('1.1.0');
    await rig.write('home/work/.cargo/config.toml', `[registries.my-mirror]\nindex = "sparse+${rig.origin}/index/"\n`);
    expect((await rig.resolve('pkg:cargo/serde@1.1.0')).version).toBe('1.1.0');
  });

  test('may be a local registry beside the folder of the configuration', async () => {
    await rig.write(
      'home/work/.cargo/config.toml',
      '[source.crates-io]\nreplace-with = "disk"\n[source.disk]\nlocal-registry = "crates"\n',
    );
    await rig.write('home/work/crates/index/se/rd/serde', indexFile('serde', ['1.0.0']));
    expect(await rig.resolve('pkg:cargo/serde@1.0.0')).toMatchObject({
      url: pathToFileURL(join(rig.home, 'work', 'crates', 'serde-1.0.0.crate')).href,
      fileName: 'serde-1.0.0.crate',
      integrity: { value: CKSUM },
    });
    await expect(rig.resolve('pkg:cargo/other@1.0.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { registry: join(rig.home, 'work', 'crates') },
    });
    await rig.write('home/work/crates/index/br/ok/broken/file', 'a folder where a file should be');
    await expect(rig.resolve('pkg:cargo/broken@1.0.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { path: join(rig.home, 'work', 'crates', 'index', 'br', 'ok', 'broken') },
    });
    expect(rig.requests).toHaveLength(0);
  });

  test.each([
    [
      'a circle',
      '[source.crates-io]\nreplace-with = "a"\n[source.a]\nreplace-with = "crates-io"\n',
      'crates-io → a → crates-io',
    ],
    ['a name without a source', '[source.crates-io]\nreplace-with = "gone"\n', "'gone' says nowhere"],
    ['vendored crates', '[source.crates-io]\nreplace-with = "v"\n[source.v]\ndirectory = "vendor"\n', 'vendored'],
    [
      'a git repository',
      '[source.crates-io]\nreplace-with = "g"\n[source.g]\ngit = "https://127.0.0.1/x"\n',
      'git repository',
    ],
    ['a git index', replacement('https://127.0.0.1/index'), 'git index'],
    ['no http address', replacement('sparse+ftp://127.0.0.1/'), 'not an http(s) URL'],
    ['a broken file', '[source', "Cargo's configuration cannot be read"],
  ])('that is %s is refused', async (_what, content, message) => {
    await rig.write('home/.cargo/config.toml', content);
    await expect(rig.resolve('pkg:cargo/serde@1.0.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      message: expect.stringContaining(message),
    });
  });

  test.each(['', 'sparse+'])('can be named by the package URL (%s)', async (prefix) => {
    serveIndex('/index');
    const url = encodeURIComponent(`${prefix}${rig.origin}/index`);
    expect((await rig.resolve(`pkg:cargo/serde@1.0.0?repository_url=${url}`)).version).toBe('1.0.0');
  });
});

describe('a registry that requires a token', () => {
  beforeEach(async () => {
    const config = JSON.stringify({ dl: `${rig.origin}/crates`, 'auth-required': true });
    rig.serve('/index/config.json', new RigAnswer(config, { needs: 't0ken' }));
    rig.serve('/index/se/rd/serde', new RigAnswer(indexFile('serde', ['1.0.0']), { needs: 't0ken' }));
    await rig.write('home/.cargo/config.toml', replacement(`sparse+${rig.origin}/index/`));
    await rig.write('home/work/.cargo/config.toml', `[registries.acme]\nindex = "sparse+${rig.origin}/index/"\n`);
  });

  test.each([
    ['the environment', undefined, { CARGO_REGISTRIES_ACME_TOKEN: 't0ken' }],
    ['the credentials file', 'home/.cargo/credentials.toml', {}],
  ])('gets it from %s', async (_what, file, env) => {
    if (file !== undefined) await rig.write(file, '[registries.acme]\ntoken = "t0ken"\n');
    expect((await rig.resolve('pkg:cargo/serde@1.0.0', { env })).headers).toEqual({ authorization: 't0ken' });
    expect(rig.requests.map(({ authorization }) => authorization)).toEqual([undefined, 't0ken', 't0ken']);
  });

  test('refuses without one, and the message says where it is configured', async () => {
    await expect(rig.resolve('pkg:cargo/serde@1.0.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { status: 401, configuredBy: join(rig.home, '.cargo', 'config.toml') },
    });
  });
});

describe('a crate', () => {
  beforeEach(async () => {
    await rig.write('home/.cargo/config.toml', replacement(`sparse+${rig.origin}/index/`));
  });

  test('is downloaded from where the template of the index says', async () => {
    serveIndex('/index', {
      dl: `${rig.origin}/{prefix}/{lowerprefix}/{crate}/{crate}-{version}.crate?sum={sha256-checksum}`,
    });
    expect((await rig.resolve('pkg:cargo/serde@1.0.0')).url).toBe(
      `${rig.origin}/se/rd/se/rd/serde/serde-1.0.0.crate?sum=${CKSUM}`,
    );
  });

  test('is found without the build metadata of its version', async () => {
    serveIndex('/index');
    expect(await rig.resolve('pkg:cargo/serde@2.0.0')).toMatchObject({
      version: '2.0.0+meta.5',
      fileName: 'serde-2.0.0+meta.5.crate',
    });
    expect((await rig.resolve('pkg:cargo/serde@2.0.0+meta.5')).version).toBe('2.0.0+meta.5');
  });

  test('that was yanked comes with a warning', async () => {
    serveIndex('/index');
    rig.serve('/index/3/o/old', indexFile('old', ['1.0.0'], true));
    expect((await rig.resolve('pkg:cargo/old@1.0.0')).warnings).toEqual(['old 1.0.0 was yanked from its registry.']);
  });

  test('keeps the spelling the registry gave its name', async () => {
    serveIndex('/index');
    rig.serve('/index/2/ab', indexFile('Ab', ['1.0.0']));
    expect((await rig.resolve('pkg:cargo/aB@1.0.0')).fileName).toBe('Ab-1.0.0.crate');
  });

  test('that is missing, or has no such version, is told with what is near', async () => {
    serveIndex('/index');
    await expect(rig.resolve('pkg:cargo/missing@1.0.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      message: "The registry has no package 'missing'.",
    });
    await expect(rig.resolve('pkg:cargo/serde@1.0.5')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { nearest: ['1.0.0', '1.1.0', '2.0.0+meta.5'], registry: `${rig.origin}/index/` },
    });
  });

  test('is not looked for where no index is', async () => {
    await expect(rig.resolve('pkg:cargo/serde@1.0.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      message: expect.stringContaining('not a registry of cargo packages'),
    });
  });
});
