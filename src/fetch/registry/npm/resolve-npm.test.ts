import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRegistryResolver } from '../registry-resolver.js';
import { createRegistryRig, RigAnswer, type RegistryRig } from '../registry-rig.js';

const SHA512 = createHash('sha512').update('tool').digest();
const SRI = `sha512-${SHA512.toString('base64')}`;

let rig: RegistryRig;
beforeEach(async () => {
  rig = await createRegistryRig();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

function packument(versions: Record<string, object>): object {
  return { versions: Object.fromEntries(Object.entries(versions).map(([version, dist]) => [version, { dist }])) };
}

function serveTool(path: string, tarball = `${rig.origin}${path}/-/tool-1.2.3.tgz`): void {
  rig.serve(path, packument({ '1.2.3': { tarball, integrity: SRI } }));
}

describe('the registry npm is configured with', () => {
  test('comes from the project, with variables in it', async () => {
    serveTool('/mirror/tool');
    await rig.write('home/work/project/.npmrc', 'registry=${WHERE}/mirror\n');
    const found = await rig.resolve('pkg:npm/tool@1.2.3', { env: { WHERE: rig.origin } });
    expect(found).toEqual({
      url: `${rig.origin}/mirror/tool/-/tool-1.2.3.tgz`,
      fileName: 'tool-1.2.3.tgz',
      integrity: { algorithm: 'sha512', value: SHA512.toString('hex') },
      headers: {},
      version: '1.2.3',
      purl: 'pkg:npm/tool@1.2.3',
      proofs: [],
      warnings: [],
    });
  });

  test.each([
    ['user', 'home/.npmrc'],
    ['global', 'prefix/etc/npmrc'],
    ['built-in', 'prefix/lib/node_modules/npm/npmrc'],
  ])('comes from the %s file', async (_level, file) => {
    serveTool('/tool');
    await rig.write(file, `registry=${rig.origin}/\n`);
    expect((await rig.resolve('pkg:npm/tool@1.2.3')).version).toBe('1.2.3');
  });

  test('the environment beats the project, the project beats the user', async () => {
    serveTool('/environment/tool');
    serveTool('/project/tool');
    await rig.write('home/.npmrc', `registry=${rig.origin}/user/\n`);
    await rig.write('home/work/project/.npmrc', `registry=${rig.origin}/project/\n`);
    await rig.resolve('pkg:npm/tool@1.2.3');
    await rig.resolve('pkg:npm/tool@1.2.3', { env: { NPM_CONFIG_REGISTRY: `${rig.origin}/environment/` } });
    expect(rig.requests.map(({ path }) => path)).toEqual(['/project/tool', '/environment/tool']);
  });

  test('a scope has its own, and its packages are files named with the scope', async () => {
    serveTool('/scoped/@acme%2ftool');
    await rig.write('home/.npmrc', `registry=${rig.origin}/other/\n@acme:registry=${rig.origin}/scoped/\n`);
    const found = await rig.resolve('pkg:npm/%40acme/tool@1.2.3');
    expect(found.fileName).toBe('acme-tool-1.2.3.tgz');
    expect(await rig.resolve('pkg:npm/@acme/tool@1.2.3')).toEqual({ ...found, purl: 'pkg:npm/@acme/tool@1.2.3' });
  });

  test('the package URL can name another', async () => {
    serveTool('/elsewhere/tool');
    const url = encodeURIComponent(`${rig.origin}/elsewhere`);
    expect((await rig.resolve(`pkg:npm/tool@1.2.3?repository_url=${url}`)).fileName).toBe('tool-1.2.3.tgz');
  });
});

describe('credentials', () => {
  const basic = `Basic ${Buffer.from('ann:secret').toString('base64')}`;

  test.each([
    ['a token', '_authToken=t0ken', 'Bearer t0ken'],
    ['a user and password', `username=ann\n//HOST/npm/:_password=${Buffer.from('secret').toString('base64')}`, basic],
    ['basic authentication', `_auth=${Buffer.from('ann:secret').toString('base64')}`, basic],
  ])('%s goes to the registry and to tarballs on its host', async (_what, setting, authorization) => {
    const host = new URL(rig.origin).host;
    const tarball = `${rig.origin}/files/tool-1.2.3.tgz`;
    const answer = packument({ '1.2.3': { tarball, integrity: SRI } });
    rig.serve('/npm/tool', new RigAnswer(JSON.stringify(answer), { needs: authorization }));
    const nerfed = `//${host}/npm/:${setting}`.replaceAll('HOST', host);
    await rig.write('home/.npmrc', `registry=${rig.origin}/npm/\n${nerfed}\n`);
    expect((await rig.resolve('pkg:npm/tool@1.2.3')).headers).toEqual({ authorization });
  });

  test('never go to another host', async () => {
    serveTool('/tool', 'http://127.0.0.2:1/tool.tgz');
    await rig.write('home/.npmrc', `registry=${rig.origin}/\n//${new URL(rig.origin).host}/:_authToken=t0ken\n`);
    expect((await rig.resolve('pkg:npm/tool@1.2.3')).headers).toEqual({});
    expect(rig.requests[0]?.authorization).toBe('Bearer t0ken');
  });

  test('inside the registry URL are sent but never told', async () => {
    await rig.write('home/.npmrc', `registry=${rig.origin.replace('//', '//ann:secret@')}/\n`);
    const failure = await rig.resolve('pkg:npm/tool@1.2.3').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'E_REGISTRY', facts: { registry: `${rig.origin}/` } });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret');
    expect(rig.requests[0]?.authorization).toBe(basic);
  });

  test('that are refused are an error of the registry', async () => {
    rig.serve('/tool', new RigAnswer('', { status: 403 }));
    await rig.write('home/.npmrc', `registry=${rig.origin}/\n`);
    await expect(rig.resolve('pkg:npm/tool@1.2.3')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { status: 403, configuredBy: expect.stringContaining('.npmrc (registry)') },
    });
  });
});

describe('the tarball', () => {
  const elsewhere = 'http://127.0.0.2:1/npm/tool/-/tool-1.2.3.tgz?key=1';

  test.each([
    ['of another host stays there', 'npmjs', 'http://127.0.0.2:1/npm/tool/-/tool-1.2.3.tgz?key=1'],
    ['always comes from the registry if npm is told so', 'always', 'ORIGIN/npm/tool/-/tool-1.2.3.tgz?key=1'],
    ['of a named host comes from the registry', '127.0.0.2:1', 'ORIGIN/npm/tool/-/tool-1.2.3.tgz?key=1'],
    ['below a named URL comes from the registry', 'http://127.0.0.2:1/npm', 'ORIGIN/npm/tool/-/tool-1.2.3.tgz?key=1'],
    ['never moves if npm is told so', 'never', 'http://127.0.0.2:1/npm/tool/-/tool-1.2.3.tgz?key=1'],
  ])('%s', async (_what, setting, expected) => {
    serveTool('/npm/tool', elsewhere);
    await rig.write('home/.npmrc', `registry=${rig.origin}/npm/\nreplace-registry-host=${setting}\n`);
    expect((await rig.resolve('pkg:npm/tool@1.2.3')).url).toBe(expected.replace('ORIGIN', rig.origin));
  });

  test("that names npm's default registry comes from the configured one, below its path", async () => {
    const { default: definitions } = await import('@npmcli/config/lib/definitions/index.js');
    const registry = definitions.definitions['registry'] as { readonly default: string };
    serveTool('/npm/tool', new URL('/tool/-/tool-1.2.3.tgz', registry.default).href);
    await rig.write('home/.npmrc', `registry=${rig.origin}/npm/\n`);
    expect((await rig.resolve('pkg:npm/tool@1.2.3')).url).toBe(`${rig.origin}/npm/tool/-/tool-1.2.3.tgz`);
  });

  test('of an old package is known by its shasum', async () => {
    const shasum = createHash('sha1').update('old').digest('hex');
    rig.serve('/old', packument({ '0.1.0': { tarball: `${rig.origin}/old.tgz`, shasum } }));
    const env = { npm_config_registry: rig.origin };
    expect((await rig.resolve('pkg:npm/old@0.1.0', { env })).integrity).toEqual({ algorithm: 'sha1', value: shasum });
  });

  test('without any published digest needs one from the recipe', async () => {
    rig.serve('/bare', packument({ '1.0.0': { tarball: `${rig.origin}/bare.tgz` } }));
    const env = { npm_config_registry: rig.origin };
    const expected = { algorithm: 'sha256', value: 'ab'.repeat(32) } as const;
    await expect(rig.resolve('pkg:npm/bare@1.0.0', { env })).rejects.toMatchObject({
      code: 'E_REGISTRY',
      hint: expect.stringContaining('sha256'),
    });
    expect((await rig.resolve('pkg:npm/bare@1.0.0', { env, expected })).integrity).toEqual(expected);
  });

  test('of a deprecated version comes with a warning', async () => {
    const dist = { tarball: `${rig.origin}/tool.tgz`, integrity: SRI };
    rig.serve('/tool', { versions: { '1.2.3': { dist, deprecated: 'use tool2' } } });
    const found = await rig.resolve('pkg:npm/tool@1.2.3', { env: { npm_config_registry: rig.origin } });
    expect(found.warnings).toEqual(['tool@1.2.3 is deprecated: use tool2']);
  });
});

describe('what is not there', () => {
  test('a missing package tells the registry and who configured it', async () => {
    await rig.write('home/.npmrc', `registry=${rig.origin}/\n`);
    await expect(rig.resolve('pkg:npm/nothing@1.0.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      message: "The registry has no package 'nothing'.",
      facts: { registry: `${rig.origin}/`, configuredBy: `${rig.home}/.npmrc (registry)` },
    });
  });

  test('a missing version tells those near it', async () => {
    const dist = { tarball: `${rig.origin}/tool.tgz`, integrity: SRI };
    const all = ['10.0.0', '0.9.0', '1.0.0', '1.1.0', '1.3.0', '2.0.0', '3.0.0', '1.2.0-rc.1'];
    rig.serve('/tool', packument(Object.fromEntries(all.map((version) => [version, dist]))));
    await expect(rig.resolve('pkg:npm/tool@1.2.0', { env: { npm_config_registry: rig.origin } })).rejects.toMatchObject(
      {
        code: 'E_REGISTRY',
        facts: { nearest: ['1.0.0', '1.1.0', '1.2.0-rc.1', '1.3.0', '2.0.0', '3.0.0'] },
      },
    );
  });

  test.each([
    ['a web page', new RigAnswer('<html>', { contentType: 'text/html' })],
    ['JSON of another kind', new RigAnswer('[]')],
  ])('%s is not taken for a registry', async (_what, answer) => {
    rig.serve('/tool', answer);
    await expect(rig.resolve('pkg:npm/tool@1.0.0', { env: { npm_config_registry: rig.origin } })).rejects.toMatchObject(
      { code: 'E_REGISTRY', message: expect.stringContaining('not a registry of npm packages') },
    );
  });

  test('a registry out of order is a network failure', async () => {
    rig.serve('/tool', new RigAnswer('', { status: 503 }));
    await expect(rig.resolve('pkg:npm/tool@1.0.0', { env: { npm_config_registry: rig.origin } })).rejects.toMatchObject(
      { code: 'E_FETCH', facts: { status: 503 } },
    );
  });

  test('a registry that is no http URL is refused', async () => {
    await rig.write('home/.npmrc', 'registry=ftp://127.0.0.1/\n');
    await expect(rig.resolve('pkg:npm/tool@1.0.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { configuredBy: `${rig.home}/.npmrc (registry)` },
    });
  });
});

test('one run asks for a packument once, however many of its packages want it', async () => {
  const dist = { tarball: `${rig.origin}/tool.tgz`, integrity: SRI };
  rig.serve('/tool', packument({ '1.0.0': dist, '2.0.0': dist }));
  const resolver = createRegistryResolver({ host: rig.host({ npm_config_registry: rig.origin }), http: rig.http });
  const { signal } = new AbortController();
  await Promise.all(
    ['pkg:npm/tool@1.0.0', 'pkg:npm/tool@2.0.0', 'pkg:npm/tool@1.0.0'].map((purl) =>
      resolver.resolve(purl, { signal }),
    ),
  );
  expect(rig.requests).toHaveLength(1);
});
