import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DEFAULT_MIRROR_URL } from '@sigstore/tuf';
import { FettleError } from '../../../../errors/index.js';
import type { RegistryContext } from '../../resolved-package.js';
import { obtainPublicRoot, type PublicRoot } from './public-root.js';

const FOLDER = encodeURIComponent(new URL(DEFAULT_MIRROR_URL).host);
const EXPIRES = '2999-01-01T00:00:00Z';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const KEY_ID = 'ab'.repeat(32);

let root: string;
let asked: string[];
let mirror: Map<string, string>;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fettle-'));
  asked = [];
  mirror = new Map();
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function obtain(
  context: Partial<RegistryContext> = {},
  signal = new AbortController().signal,
): Promise<PublicRoot> {
  const http: RegistryContext['http'] = {
    get: async (url) => {
      const path = url.slice(DEFAULT_MIRROR_URL.length + 1);
      asked.push(path);
      if (mirror.size === 0) throw new FettleError('E_FETCH', 'The mirror is down.');
      const body = mirror.get(path);
      return { status: body === undefined ? 404 : 200, url, headers: {}, body: body ?? '' };
    },
  };
  const host = { tmp: root } as RegistryContext['host'];
  return obtainPublicRoot({ host, http, trustFolder: join(root, 'trust'), ...context } as RegistryContext, signal);
}

/** JSON with sorted keys is what is signed; numbers and plain ASCII look the same in it as in the canonical form. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

function signed(type: string, more: object): string {
  const content = { _type: type, spec_version: '1.0.31', version: 1, expires: EXPIRES, ...more };
  const sig = sign(null, Buffer.from(canonical(content)), privateKey).toString('hex');
  return JSON.stringify({ signed: content, signatures: [{ keyid: KEY_ID, sig }] });
}

/** A mirror whose root is already in the folder, and which has `target` as today's trusted root. */
async function serve(target: string): Promise<void> {
  const role = { keyids: [KEY_ID], threshold: 1 };
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const key = {
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyval: { public: Buffer.from(x, 'base64url').toString('hex') },
  };
  const roles = { root: role, timestamp: role, snapshot: role, targets: role };
  const top = signed('root', { consistent_snapshot: false, keys: { [KEY_ID]: key }, roles });
  const hashes = { sha256: createHash('sha256').update(target).digest('hex') };
  mirror.set('timestamp.json', signed('timestamp', { meta: { 'snapshot.json': { version: 1 } } }));
  mirror.set('snapshot.json', signed('snapshot', { meta: { 'targets.json': { version: 1 } } }));
  const targets = { 'trusted_root.json': { length: target.length, hashes } };
  mirror.set('targets.json', signed('targets', { targets }));
  mirror.set('targets/trusted_root.json', target);
  await mkdir(join(root, 'trust', FOLDER, 'targets'), { recursive: true });
  await writeFile(join(root, 'trust', FOLDER, 'root.json'), top);
}

test('it comes from the mirror, and for a while is not asked for again', async () => {
  await serve('{"today":true}');
  expect(await obtain()).toEqual({ text: '{"today":true}', datedBecause: undefined });
  expect(asked).toEqual(['timestamp.json', 'snapshot.json', 'targets.json', 'targets/trusted_root.json']);
  expect(await obtain()).toEqual({ text: '{"today":true}', datedBecause: undefined });
  expect(asked).toHaveLength(4);
});

test('without a mirror it is at first the one that came with the client', async () => {
  const { text, datedBecause } = await obtain();
  expect(datedBecause).toBe('The mirror is down.');
  const { certificateAuthorities } = JSON.parse(text) as { readonly certificateAuthorities: readonly unknown[] };
  expect(certificateAuthorities.length).toBeGreaterThan(0);
});

test('without a mirror it is the one of last time', async () => {
  await serve('{"today":true}');
  await obtain();
  await rm(join(root, 'trust', FOLDER, 'timestamp.json'));
  mirror.clear();
  expect(await obtain()).toEqual({ text: '{"today":true}', datedBecause: 'The mirror is down.' });
});

test('what the mirror has not signed is not believed', async () => {
  await serve('{"today":true}');
  await obtain();
  await rm(join(root, 'trust', FOLDER, 'timestamp.json'));
  mirror.set('timestamp.json', (mirror.get('timestamp.json') ?? '').replace('"version":1,', '"version":2,'));
  const { text, datedBecause } = await obtain();
  expect(text).toBe('{"today":true}');
  expect(datedBecause).toContain('signed');
});

test('a target that is another one than the mirror has signed is not believed', async () => {
  await serve('{"today":true}');
  mirror.set('targets/trusted_root.json', '{"today":fals}');
  await expect(obtain()).rejects.toMatchObject({ code: 'ENOENT' });
});

test('half a file in the folder is mended', async () => {
  await obtain();
  const file = join(root, 'trust', FOLDER, 'root.json');
  const whole = await readFile(file, 'utf8');
  await writeFile(file, whole.slice(0, 100));
  expect((await obtain()).datedBecause).toBe('The mirror is down.');
  expect(await readFile(file, 'utf8')).toBe(whole);
});

test('without a folder to keep it in nothing is left', async () => {
  await obtain({ trustFolder: undefined });
  expect(await readdir(root)).toEqual([]);
});

test('whoever gives up gets no answer', async () => {
  await expect(obtain({}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
