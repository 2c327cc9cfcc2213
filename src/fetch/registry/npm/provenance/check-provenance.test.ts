import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BUILD, Sigstore, SLSA, type Attestation } from '../../../../../functional_tests/support/sigstore.js';
import { createRegistryRig, RigAnswer, type RegistryRig, type RigSetting } from '../../registry-rig.js';
import type { ResolvedPackage } from '../../resolved-package.js';

const SHA512 = createHash('sha512').update('kit');
const HEX = SHA512.copy().digest('hex');
const SRI = `sha512-${SHA512.digest('base64')}`;
const ATTESTATIONS = '/-/npm/v1/attestations/kit@1.0.0';
const SUBJECT = { name: 'pkg:npm/kit@1.0.0', sha512: HEX };

let sigstore: Sigstore;
let rig: RegistryRig;
beforeAll(async () => {
  sigstore = await Sigstore.create();
});
beforeEach(async () => {
  rig = await createRegistryRig();
  await trust(sigstore);
  rig.serve('/-/npm/v1/keys', { keys: [sigstore.registryKey] });
  announce();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

async function trust({ trustedRoot }: Sigstore): Promise<void> {
  await rig.write('root.json', JSON.stringify(trustedRoot));
}

/** The registry says that there are attestations of kit@1.0.0. */
function announce(more: object = {}): void {
  const attestations = { url: `http://127.0.0.2:1${ATTESTATIONS}`, provenance: { predicateType: SLSA } };
  const dist = { tarball: `${rig.origin}/kit.tgz`, integrity: SRI, attestations };
  rig.serve('/kit', { versions: { '1.0.0': { dist: { ...dist, ...more } } } });
}

function handOut(...attestations: readonly unknown[]): void {
  rig.serve(ATTESTATIONS, { attestations });
}

function resolve({ env, ...options }: RigSetting = {}): Promise<ResolvedPackage> {
  const FETTLE_SIGSTORE_TRUSTED_ROOT = join(rig.home, '..', 'root.json');
  const setting = { env: { npm_config_registry: rig.origin, FETTLE_SIGSTORE_TRUSTED_ROOT, ...env }, ...options };
  return rig.resolve('pkg:npm/kit@1.0.0', setting);
}

/** The same bundle with something in it changed. */
function tamper({ bundle }: Attestation, change: (text: string) => string): unknown {
  const text = JSON.stringify(bundle);
  const changed = change(text);
  expect(changed).not.toBe(text);
  return { bundle: JSON.parse(changed) as unknown };
}

/** The first character of the value of a field becomes another one. */
function flip(field: string): (text: string) => string {
  return (text) =>
    text.replace(
      new RegExp(`("${field}":")(.{20})(.)`),
      (_all, start: string, some: string, one: string) => `${start}${some}${one === 'A' ? 'B' : 'A'}`,
    );
}

describe('attestations that are right', () => {
  test('tell which build the file comes from, as its certificate says', async () => {
    handOut(await sigstore.publishing(SUBJECT), await sigstore.provenance(SUBJECT));
    const found = await resolve();
    expect(found.proofs).toEqual(['publish attestation', 'provenance']);
    expect(found.warnings).toEqual([]);
    expect(found.build).toEqual(Object.fromEntries(Object.entries(BUILD).map(([name, { value }]) => [name, value])));
  });

  test('of the first years tell less', async () => {
    handOut(await sigstore.provenance(SUBJECT, 'oldService'));
    const { repository, commit, workflow } = { ...BUILD, repository: { value: 'acme/kit' } };
    const build = { repository: repository.value, commit: commit.value, workflow: workflow.value };
    expect(await resolve()).toMatchObject({ proofs: ['provenance'], build });
  });

  test('are asked of the registry that is configured, with its credentials, and of nobody else', async () => {
    handOut(await sigstore.provenance(SUBJECT));
    await rig.write('home/.npmrc', `//${new URL(rig.origin).host}/:_authToken=t0ken\n`);
    await resolve();
    const asked = rig.requests.find(({ path }) => path === ATTESTATIONS);
    expect(asked?.authorization).toBe('Bearer t0ken');
  });

  test('lie below the path of a mirror', async () => {
    const dist = { tarball: `${rig.origin}/kit.tgz`, integrity: SRI };
    const attestations = { url: `http://127.0.0.2:1${ATTESTATIONS}` };
    rig.serve('/mirror/kit', { versions: { '1.0.0': { dist: { ...dist, attestations } } } });
    rig.serve(`/mirror${ATTESTATIONS}`, { attestations: [await sigstore.provenance(SUBJECT)] });
    const found = await resolve({ env: { npm_config_registry: `${rig.origin}/mirror/` } });
    expect(found.proofs).toEqual(['provenance']);
  });

  test('of a package with a scope name it as npm does', async () => {
    const dist = { tarball: `${rig.origin}/kit.tgz`, integrity: SRI };
    const attestations = { url: `${rig.origin}/scoped`, provenance: { predicateType: SLSA } };
    rig.serve('/@acme%2fkit', { versions: { '2.0.0': { dist: { ...dist, attestations } } } });
    const subject = { name: 'pkg:npm/%40acme/kit@2.0.0', sha512: HEX };
    rig.serve('/scoped', { attestations: [await sigstore.provenance(subject)] });
    const env = {
      npm_config_registry: rig.origin,
      FETTLE_SIGSTORE_TRUSTED_ROOT: join(rig.home, '..', 'root.json'),
    };
    expect((await rig.resolve('pkg:npm/@acme/kit@2.0.0', { env })).proofs).toEqual(['provenance']);
  });

  test('of a registry that keeps its keys to itself are checked without those it signed', async () => {
    rig.serve('/-/npm/v1/keys', new RigAnswer('', { status: 404 }));
    handOut(await sigstore.publishing(SUBJECT), await sigstore.provenance(SUBJECT));
    expect((await resolve()).proofs).toEqual(['provenance']);
  });

  test('are not asked for where the digest is known already, unless all is to be found out', async () => {
    handOut(await sigstore.provenance(SUBJECT));
    const expected = { algorithm: 'sha512', value: HEX } as const;
    expect((await resolve({ expected })).proofs).toEqual([]);
    expect(rig.requests.map(({ path }) => path)).toEqual(['/kit']);
    expect((await resolve({ expected, details: true })).proofs).toEqual(['provenance']);
  });
});

describe('refused are attestations', () => {
  const refusal = (problem: string, facts: object = {}): object => ({
    code: 'E_PROVENANCE',
    message: `The attestations of kit@1.0.0 ${problem}.`,
    facts: expect.objectContaining({ package: 'pkg:npm/kit@1.0.0', version: '1.0.0', ...facts }),
    hint: expect.stringContaining('another one'),
  });

  test('of another file', async () => {
    handOut(await sigstore.provenance({ ...SUBJECT, sha512: 'ab'.repeat(64) }));
    await expect(resolve()).rejects.toMatchObject(
      refusal('are of another file', { expected: HEX, got: 'ab'.repeat(64) }),
    );
  });

  test.each(['pkg:npm/kit@1.0.1', 'pkg:npm/kid@1.0.0', 'pkg:npm/%40kit/kit@1.0.0'])('of %s', async (name) => {
    handOut(await sigstore.provenance({ ...SUBJECT, name }));
    await expect(resolve()).rejects.toMatchObject(
      refusal('are of another package', { expected: SUBJECT.name, got: [name] }),
    );
  });

  test('of a file that only has an old checksum', async () => {
    announce({ integrity: undefined, shasum: 'ab'.repeat(20) });
    handOut(await sigstore.provenance(SUBJECT));
    await expect(resolve()).rejects.toMatchObject(refusal('are of another file', { got: HEX }));
  });

  test.each([
    ['the signature', flip('sig')],
    [
      'the statement',
      (text: string) =>
        text.replace(/"payload":"([^"]+)"/, (_all, payload: string) => {
          const statement = Buffer.from(payload, 'base64').toString().replace('"predicate":{}', '"predicate":{"a":1}');
          return `"payload":"${Buffer.from(statement).toString('base64')}"`;
        }),
    ],
    ['the certificate', flip('rawBytes')],
    ['the promise of the log', flip('signedEntryTimestamp')],
    ['the entry of the log', flip('canonicalizedBody')],
    ['the proof of the log', flip('envelope')],
  ])('in which %s was changed', async (_what, change) => {
    handOut(tamper(await sigstore.provenance(SUBJECT), change));
    await expect(resolve()).rejects.toMatchObject({ code: 'E_PROVENANCE' });
  });

  test('that are in no log', async () => {
    const attestation = await sigstore.provenance(SUBJECT);
    handOut(tamper(attestation, (text) => text.replace(/"tlogEntries":\[.*?\}\]/, '"tlogEntries":[]')));
    await expect(resolve()).rejects.toMatchObject(refusal('are not signed as they should be'));
  });

  test('of an authority that nobody trusts', async () => {
    handOut(await (await Sigstore.create()).provenance(SUBJECT));
    await expect(resolve()).rejects.toMatchObject(
      refusal('are not signed as they should be', {
        expected: `a valid signature of ${SLSA}`,
        got: expect.stringContaining('certificate'),
      }),
    );
  });

  test('that a person has signed, and no build service', async () => {
    handOut(await sigstore.provenance(SUBJECT, 'person'));
    await expect(resolve()).rejects.toMatchObject(
      refusal('are signed by nobody who builds software', { got: 'https://example.com/people/ann' }),
    );
  });

  test('without the provenance that is announced', async () => {
    handOut(await sigstore.publishing(SUBJECT));
    await expect(resolve()).rejects.toMatchObject(
      refusal('do not have the provenance that the registry announces', { expected: SLSA, got: [] }),
    );
  });

  test('of a key that is not the registry’s', async () => {
    const other = await Sigstore.create();
    rig.serve('/-/npm/v1/keys', { keys: [{ ...other.registryKey, keyid: 'SHA256:other' }] });
    handOut(await sigstore.publishing(SUBJECT), await sigstore.provenance(SUBJECT));
    await expect(resolve()).rejects.toMatchObject(
      refusal('are not signed as they should be', { got: "the registry has no key named 'SHA256:registry'" }),
    );
    rig.serve('/-/npm/v1/keys', { keys: [other.registryKey] });
    await expect(resolve()).rejects.toMatchObject(refusal('are not signed as they should be'));
  });

  test('made with a key of the registry that had expired', async () => {
    rig.serve('/-/npm/v1/keys', { keys: [{ ...sigstore.registryKey, expires: '2020-01-01T00:00:00.000Z' }] });
    handOut(await sigstore.publishing(SUBJECT), await sigstore.provenance(SUBJECT));
    await expect(resolve()).rejects.toMatchObject(refusal('are not signed as they should be'));
  });

  test.each([
    ['no JSON', '<html>'],
    ['JSON of another kind', '{"attestations":{}}'],
    ['empty', '{"attestations":[]}'],
    ['without a bundle', '{"attestations":[null]}'],
    ['without a statement', '{"attestations":[{"bundle":{"dsseEnvelope":{"payload":"e30="}}}]}'],
  ])('that are %s', async (_what, body) => {
    rig.serve(ATTESTATIONS, body);
    await expect(resolve()).rejects.toMatchObject(refusal('cannot be read'));
  });

  test('with a bundle that says nothing but its statement', async () => {
    const { bundle } = await sigstore.provenance(SUBJECT);
    const { dsseEnvelope } = bundle as { readonly dsseEnvelope: unknown };
    handOut({ bundle: { dsseEnvelope } });
    await expect(resolve()).rejects.toMatchObject({ code: 'E_PROVENANCE' });
  });

  test('of more bytes than they can have', async () => {
    rig.serve(ATTESTATIONS, ' '.repeat(5 * 1024 * 1024));
    await expect(resolve()).rejects.toMatchObject({ code: 'E_REGISTRY' });
  });
});

describe('attestations that are not handed out', () => {
  test.each([404, 403, 500])('(%s) are told, and stop nothing', async (status) => {
    rig.serve(ATTESTATIONS, new RigAnswer('', { status }));
    const found = await resolve();
    expect(found.proofs).toEqual([]);
    expect(found.warnings).toEqual([
      `Provenance is not checked: ${rig.origin}/ announces attestations but does not hand them out (it answers ${status})`,
    ]);
  });

  test('stop a strict manifest', async () => {
    await expect(resolve({ isStrict: true })).rejects.toMatchObject({
      code: 'E_PROVENANCE',
      message: 'The provenance of kit@1.0.0 cannot be checked, and the manifest is strict.',
      facts: { package: 'pkg:npm/kit@1.0.0', reason: expect.stringContaining('404') },
      hint: expect.stringContaining('strict = true'),
    });
  });
});

describe('with the public trust root, whose mirror cannot be reached', () => {
  const PUBLIC = { env: { FETTLE_SIGSTORE_TRUSTED_ROOT: '' } };

  test('a signer that it does not know is told, as there may be a newer root, and stops nothing', async () => {
    handOut(await sigstore.provenance(SUBJECT));
    const found = await resolve(PUBLIC);
    expect(found.proofs).toEqual([]);
    expect(found.build).toBeUndefined();
    expect(found.warnings).toEqual([
      expect.stringMatching(/^Provenance is not checked: the trust root .* is not today's/),
    ]);
  });

  test('a strict manifest is stopped', async () => {
    handOut(await sigstore.provenance(SUBJECT));
    await expect(resolve({ ...PUBLIC, isStrict: true })).rejects.toMatchObject({
      code: 'E_PROVENANCE',
      facts: { reason: expect.stringContaining('does not know who signed') },
    });
  });

  test('a statement about another file is refused all the same', async () => {
    handOut(await sigstore.provenance({ ...SUBJECT, sha512: 'ab'.repeat(64) }));
    await expect(resolve(PUBLIC)).rejects.toMatchObject({ code: 'E_PROVENANCE', facts: { expected: HEX } });
  });

  test('what is malformed in itself is refused all the same', async () => {
    const attestation = await sigstore.provenance(SUBJECT);
    handOut(tamper(attestation, (text) => text.replace(/"rawBytes":"[^"]+"/, '"rawBytes":"AAAA"')));
    await expect(resolve(PUBLIC)).rejects.toMatchObject({ code: 'E_PROVENANCE' });
  });
});

test.each([
  ['is not there', undefined],
  ['is no JSON', 'root'],
  ['is empty', '{}'],
])('a trusted root of one’s own that %s is an error', async (_what, content) => {
  handOut(await sigstore.provenance(SUBJECT));
  if (content !== undefined) await rig.write('other.json', content);
  const path = join(rig.home, '..', 'other.json');
  await expect(resolve({ env: { FETTLE_SIGSTORE_TRUSTED_ROOT: path } })).rejects.toMatchObject({
    code: 'E_REGISTRY',
    facts: { path, variable: 'FETTLE_SIGSTORE_TRUSTED_ROOT' },
  });
});
