import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createRegistryRig, RigAnswer, type RegistryRig } from '../registry-rig.js';
import type { ResolvedPackage } from '../resolved-package.js';

const INTEGRITY = `sha512-${createHash('sha512').update('tool').digest('base64')}`;
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const KEY = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const KEYS = '/-/npm/v1/keys';

let rig: RegistryRig;
beforeEach(async () => {
  rig = await createRegistryRig();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

function sign(message: string): string {
  return createSign('SHA256').update(message).sign(privateKey, 'base64');
}

function serve(sig: string, time?: string): void {
  const dist = { tarball: `${rig.origin}/t.tgz`, integrity: INTEGRITY, signatures: [{ keyid: 'SHA256:one', sig }] };
  rig.serve('/tool', { versions: { '1.0.0': { dist } }, ...(time !== undefined && { time: { '1.0.0': time } }) });
}

function resolve(): Promise<ResolvedPackage> {
  return rig.resolve('pkg:npm/tool@1.0.0', { env: { npm_config_registry: rig.origin } });
}

test('a signature of the registry is checked with its keys', async () => {
  serve(sign(`tool@1.0.0:${INTEGRITY}`));
  rig.serve(KEYS, {
    keys: [{ keyid: 'SHA256:other', key: KEY }, null, { keyid: 'SHA256:one', key: KEY, expires: null }],
  });
  expect((await resolve()).proofs).toEqual(['registry signature']);
});

test.each([
  ['another content', 'tool@1.0.0:sha512-AAAA'],
  ['another version', `tool@1.0.1:${INTEGRITY}`],
  ['another package', `tool2@1.0.0:${INTEGRITY}`],
])('one that is of %s is refused', async (_what, message) => {
  serve(sign(message));
  rig.serve(KEYS, { keys: [{ keyid: 'SHA256:one', key: KEY }] });
  await expect(resolve()).rejects.toMatchObject({
    code: 'E_CHECKSUM',
    message: expect.stringContaining('tool@1.0.0 is not that of its content'),
  });
});

test.each([
  ['no base64', '%%%'],
  ['empty', ''],
])('one that is %s is refused', async (_what, sig) => {
  serve(sig);
  rig.serve(KEYS, { keys: [{ keyid: 'SHA256:one', key: KEY }] });
  await expect(resolve()).rejects.toMatchObject({ code: 'E_CHECKSUM' });
});

test('one of a key that is not the registry’s is refused', async () => {
  serve(sign(`tool@1.0.0:${INTEGRITY}`));
  rig.serve(KEYS, { keys: [{ keyid: 'SHA256:two', key: KEY }] });
  await expect(resolve()).rejects.toMatchObject({ code: 'E_CHECKSUM', message: expect.stringContaining('a key') });
});

test('an expired key vouches for what was published before, and for nothing else', async () => {
  const keys = [{ keyid: 'SHA256:one', key: KEY, expires: '2025-01-29T00:00:00.000Z' }];
  rig.serve(KEYS, { keys });
  serve(sign(`tool@1.0.0:${INTEGRITY}`), '2024-12-31T00:00:00.000Z');
  expect((await resolve()).proofs).toEqual(['registry signature']);
  serve(sign(`tool@1.0.0:${INTEGRITY}`), '2025-02-01T00:00:00.000Z');
  await expect(resolve()).rejects.toMatchObject({ code: 'E_CHECKSUM', message: expect.stringContaining('expired') });
});

test.each([
  ['are not published', new RigAnswer('', { status: 404 })],
  ['are no keys', new RigAnswer('<html>')],
  ['are none', new RigAnswer('{"keys":[]}')],
])('keys that %s prove nothing, and stop nothing', async (_what, answer) => {
  serve('whatever');
  rig.serve(KEYS, answer);
  expect((await resolve()).proofs).toEqual([]);
});
