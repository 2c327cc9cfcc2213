import { describe, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { FetchRig, sha256, type Answer } from '../fetch-rig.js';
import type { Fetcher } from '../fetcher.js';
import { parseS3Address } from './s3-address.js';

const KEYS = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 's3cret' };
const PATH = '/kits/tools/kit%201.tgz?x-id=GetObject';
const SOURCE = 's3://kits/tools/kit 1.tgz';

function fetcher(rig: FetchRig, env: Record<string, string> = KEYS): Fetcher {
  return rig.fetcher({ host: rig.host({ AWS_ENDPOINT_URL: rig.origin, ...env }) });
}

const refuse =
  (status: number, code: string): Answer =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}!</Message></Error>`);

const cutOff: Answer = (response) => {
  response.writeHead(200, { 'content-length': '7' });
  response.write('con', () => response.socket?.destroy());
};

test('an object is streamed to its name and verified, signed with the keys of the environment', async () => {
  await using rig = await FetchRig.open();
  rig.serve(PATH, 'content');
  const file = await rig.fetchOne({ source: SOURCE, integrity: sha256('content') }, { fetcher: fetcher(rig) });
  expect(file).toMatchObject({ fileName: 'kit 1.tgz', bytes: 7, digest: sha256('content').value });
  expect(await rig.fetched()).toEqual({ 'kit 1.tgz': 'content' });
  expect(rig.requests[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=id\/\d+\/us-east-1\/s3\//);
  expect(rig.kinds()).toEqual(['download:start', 'download:progress', 'download:end']);
});

test('one version of an object may be named', async () => {
  await using rig = await FetchRig.open();
  rig.serve('/kits/kit.tgz?versionId=v7&x-id=GetObject', 'seventh');
  rig.serve('/kits/kit.tgz?x-id=GetObject&versionId=v7', 'seventh');
  await rig.fetchOne('s3://kits/kit.tgz?versionId=v7', { fetcher: fetcher(rig) });
  expect(await rig.fetched()).toEqual({ 'kit.tgz': 'seventh' });
});

test('an empty object is an empty file', async () => {
  await using rig = await FetchRig.open();
  rig.serve(PATH, '');
  await rig.fetchOne(SOURCE, { fetcher: fetcher(rig) });
  expect(await rig.fetched()).toEqual({ 'kit 1.tgz': '' });
});

test('the ETag of an upload in parts is no digest', async () => {
  await using rig = await FetchRig.open();
  rig.serve(PATH, (response) => response.writeHead(200, { etag: `"${'0'.repeat(32)}-3"` }).end('content'));
  await rig.fetchOne(SOURCE, { fetcher: fetcher(rig) });
  expect(await rig.fetched()).toEqual({ 'kit 1.tgz': 'content' });
});

test('the wrong content is refused, and leaves nothing', async () => {
  await using rig = await FetchRig.open();
  rig.serve(PATH, 'evil');
  const fetching = rig.fetchOne({ source: SOURCE, integrity: sha256('content') }, { fetcher: fetcher(rig) });
  await expect(fetching).rejects.toMatchObject({
    code: 'E_CHECKSUM',
    facts: { url: SOURCE, got: sha256('evil').value },
  });
  expect(await readdir(rig.directory)).toEqual([]);
});

test('a body that breaks off is asked for again', async () => {
  await using rig = await FetchRig.open();
  rig.serve(PATH, cutOff, 'content');
  await rig.fetchOne(SOURCE, { fetcher: fetcher(rig) });
  expect(await rig.fetched()).toEqual({ 'kit 1.tgz': 'content' });
});

test('a body that always breaks off is an error, and is never taken for whole', async () => {
  await using rig = await FetchRig.open();
  rig.serve(PATH, cutOff);
  await expect(rig.fetchOne(SOURCE, { fetcher: fetcher(rig) })).rejects.toMatchObject({
    code: 'E_FETCH',
    facts: { url: SOURCE, tries: 3 },
  });
  expect(await readdir(rig.directory)).toEqual([]);
});

describe('what cannot be had', () => {
  test.each([
    [404, 'NoSuchKey', 'names of the bucket'],
    [404, 'NoSuchBucket', 'names of the bucket'],
    [403, 'AccessDenied', 'credentials'],
  ])('is an error: %d %s', async (status, answer, hint) => {
    await using rig = await FetchRig.open();
    rig.serve(PATH, refuse(status, answer));
    const failure: unknown = await rig.fetchOne(SOURCE, { fetcher: fetcher(rig) }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'E_FETCH',
      facts: { url: SOURCE, bucket: 'kits', key: 'tools/kit 1.tgz', status, answer },
      hint: expect.stringContaining(hint),
    });
    expect(JSON.stringify(failure)).not.toContain('s3cret');
    expect(rig.requests).toHaveLength(1);
  });

  test('is refused offline without being asked for', async () => {
    await using rig = await FetchRig.open();
    const offline = rig.fetcher({ host: rig.host({ AWS_ENDPOINT_URL: rig.origin, ...KEYS }), offline: true });
    await expect(rig.fetchOne(SOURCE, { fetcher: offline })).rejects.toMatchObject({
      code: 'E_OFFLINE',
      facts: { source: SOURCE },
    });
    expect(rig.requests).toEqual([]);
  });

  test('is not asked of an endpoint that is no URL', async () => {
    await using rig = await FetchRig.open();
    const fetching = rig.fetchOne(SOURCE, { fetcher: fetcher(rig, { ...KEYS, AWS_ENDPOINT_URL: 'nowhere' }) });
    await expect(fetching).rejects.toMatchObject({ code: 'E_SOURCE', facts: { got: 'nowhere' } });
  });
});

test('what is interrupted stops, with the reason', async () => {
  await using rig = await FetchRig.open();
  const controller = new AbortController();
  rig.serve(PATH, (response) => {
    response.writeHead(200, { 'content-length': '7' });
    response.write('con', () => {
      controller.abort(new Error('enough'));
    });
  });
  const fetching = rig.fetchOne(SOURCE, { fetcher: fetcher(rig), signal: controller.signal });
  await expect(fetching).rejects.toThrow('enough');
  expect(await readdir(rig.directory)).toEqual([]);
});

test('it is pinned as it is', async () => {
  await using rig = await FetchRig.open();
  const request = rig.parse(SOURCE);
  const pinned = await rig.fetcher().pin(request, new AbortController().signal);
  expect(pinned).toEqual({ request, fileName: 'kit 1.tgz', url: SOURCE, integrity: undefined, warnings: [] });
});

describe('an address', () => {
  test('is a bucket and a key, which is taken as it is written', () => {
    expect(parseS3Address('s3://my.kits/a/b%20c+d.tgz?versionId=x%2By')).toEqual({
      bucket: 'my.kits',
      key: 'a/b%20c+d.tgz',
      version: 'x+y',
    });
  });

  test.each(['s3://', 's3://kits', 's3://kits/', 's3://kits/folder/', 's3://k/x', 's3://-x/y', 's3://kits/x?v=1'])(
    '%s is none',
    (text) => {
      expect(() => parseS3Address(text)).toThrow(expect.objectContaining({ code: 'E_SOURCE' }));
    },
  );
});
