import { describe, expect, test } from '@jest/globals';
import { FetchRig, sha256 } from './fetch-rig.js';
import type { PinnedFetch } from './fetcher.js';

const { signal } = new AbortController();
const SHA512 = 'c'.repeat(128);

function serveTool(rig: FetchRig): Readonly<Record<string, string>> {
  const integrity = `sha512-${Buffer.from(SHA512, 'hex').toString('base64')}`;
  const dist = { tarball: `${rig.origin}/tool.tgz?token=s3cret`, integrity };
  const document = {
    'dist-tags': { latest: '1.4.0' },
    versions: { '1.4.0': { dist }, '1.5.0': { dist }, '1.3.0': { dist, deprecated: 'old' } },
    time: { '1.4.0': '2024-05-06T07:08:09.000Z' },
  };
  rig.serve('/tool', JSON.stringify(document));
  return { npm_config_registry: rig.origin };
}

test('a range becomes the exact version that it stands for now, with all that its registry tells', async () => {
  await using rig = await FetchRig.open();
  const fetcher = rig.fetcher({ host: rig.host(serveTool(rig)) });
  const request = { ...rig.parse('pkg:npm/tool@^1.0.0'), dest: 'kit.tgz', platform: 'darwin-arm64' };
  const pinned: PinnedFetch = await fetcher.pin(request, signal);
  const purl = 'pkg:npm/tool@1.4.0';
  expect(pinned).toEqual({
    request: { ...request, source: { kind: 'registry', purl, text: purl } },
    fileName: 'kit.tgz',
    url: `${rig.origin}/tool.tgz?token=***`,
    integrity: { algorithm: 'sha512', value: SHA512 },
    version: '1.4.0',
    publishedAt: '2024-05-06T07:08:09.000Z',
    warnings: [],
  });
  expect(await fetcher.pin(pinned.request, signal)).toEqual(pinned);
});

test('the digest of the request counts more than the published one', async () => {
  await using rig = await FetchRig.open();
  const fetcher = rig.fetcher({ host: rig.host(serveTool(rig)) });
  const pinned = await fetcher.pin(rig.parse({ source: 'pkg:npm/tool', integrity: sha256('x') }), signal);
  expect(pinned.integrity).toEqual(sha256('x'));
});

test('what is deprecated is told, once to the run and with each pin', async () => {
  await using rig = await FetchRig.open();
  const fetcher = rig.fetcher({ host: rig.host(serveTool(rig)) });
  for (const wanted of ['1.3.0', '~1.3']) {
    const pinned = await fetcher.pin(rig.parse(`pkg:npm/tool@${wanted}`), signal);
    expect(pinned.warnings).toEqual(['tool@1.3.0 is deprecated: old']);
  }
  expect(rig.events).toEqual([{ kind: 'log', level: 'warn', message: 'tool@1.3.0 is deprecated: old' }]);
});

test('a range is also fetched without having been pinned', async () => {
  await using rig = await FetchRig.open();
  const fetcher = rig.fetcher({ host: rig.host(serveTool(rig)) });
  const content = rig.serve('/tool.tgz?token=s3cret', 'content');
  expect(content).toContain('tool.tgz');
  const fetching = rig.fetchOne({ source: 'pkg:npm/tool@^1.0.0', integrity: sha256('content') }, { fetcher });
  expect((await fetching).fileName).toBe('tool-1.4.0.tgz');
});

describe('what stands for itself asks nobody', () => {
  test.each([
    ['a path', 'some/tool.tgz', 'tool.tgz'],
    ['a URL', 'http://127.0.0.1:1/tool.tgz', 'tool.tgz'],
    ['an object', 's3://kits/tool.tgz', 'tool.tgz'],
  ])('%s', async (_what, source, fileName) => {
    await using rig = await FetchRig.open();
    const request = rig.parse({ source, integrity: sha256('x') });
    expect(await rig.fetcher({ offline: true }).pin(request, signal)).toEqual({
      request,
      fileName,
      url: request.source.text,
      integrity: sha256('x'),
      warnings: [],
    });
  });
});

test('offline, a registry is not asked', async () => {
  await using rig = await FetchRig.open();
  const fetcher = rig.fetcher({ host: rig.host(serveTool(rig)), offline: true });
  await expect(fetcher.pin(rig.parse('pkg:npm/tool@^1.0.0'), signal)).rejects.toMatchObject({
    code: 'E_OFFLINE',
    facts: { source: 'pkg:npm/tool@^1.0.0' },
  });
  expect(rig.requests).toEqual([]);
});
