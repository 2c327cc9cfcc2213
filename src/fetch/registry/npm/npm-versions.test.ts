import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRegistryRig, type RegistryRig } from '../registry-rig.js';

const DIST = { tarball: 'http://127.0.0.1:1/tool.tgz', shasum: 'ab'.repeat(20) };
const OFFERED = ['1.0.0', '1.9.0', '1.10.0', '2.0.0', '2.1.0', '3.0.0-rc.1', '3.0.0-rc.2'];

let rig: RegistryRig;
beforeEach(async () => {
  rig = await createRegistryRig();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

interface Document {
  readonly tags?: Readonly<Record<string, string>>;
  readonly deprecated?: readonly string[];
}

function serve({ tags = { latest: '2.0.0', next: '3.0.0-rc.2' }, deprecated = [] }: Document = {}): void {
  const versions = OFFERED.map((version) => [
    version,
    { dist: DIST, ...(deprecated.includes(version) && { deprecated: 'old' }) },
  ]);
  const time = { '2.0.0': '2024-05-06T07:08:09.000Z' };
  rig.serve('/tool', { 'dist-tags': tags, versions: Object.fromEntries(versions) as object, time });
}

async function choose(wanted: string): Promise<string> {
  return (await rig.resolve(`pkg:npm/tool${wanted}`, { env: { npm_config_registry: rig.origin } })).purl;
}

describe('a version is chosen as npm would', () => {
  test.each([
    ['nothing, which is what latest stands for', '', '2.0.0'],
    ['a tag', '@next', '3.0.0-rc.2'],
    ['a caret', '@^1.0.0', '1.10.0'],
    ['a tilde', '@~1.9', '1.9.0'],
    ['an escaped range', '@%3E%3D1%20%3C2', '1.10.0'],
    ['a range that latest fits, though there is a higher one', '@^2.0.0', '2.0.0'],
    ['a range beyond latest', '@>2.0.0', '2.1.0'],
    ['one of two ranges', '@1.9.x || 9', '1.9.0'],
    ['a range with pre-releases', '@^3.0.0-rc.1', '3.0.0-rc.2'],
    ['anything', '@*', '2.0.0'],
  ])('by %s', async (_what, wanted, expected) => {
    serve();
    expect(await choose(wanted)).toBe(`pkg:npm/tool@${expected}`);
  });

  test('a deprecated one is passed over while there is another', async () => {
    serve({ deprecated: ['1.10.0', '2.0.0', '2.1.0'] });
    expect(await choose('@^1.0.0')).toBe('pkg:npm/tool@1.9.0');
    expect(await choose('@^2.0.0')).toBe('pkg:npm/tool@2.1.0');
  });

  test('without the tag latest the newest is the highest that is no pre-release', async () => {
    serve({ tags: {} });
    expect(await choose('')).toBe('pkg:npm/tool@2.1.0');
  });

  test('the pinned package URL keeps its qualifiers', async () => {
    serve();
    const qualifier = `?repository_url=${encodeURIComponent(rig.origin)}`;
    expect((await rig.resolve(`pkg:npm/tool@^1.0.0${qualifier}`)).purl).toBe(`pkg:npm/tool@1.10.0${qualifier}`);
  });
});

test.each(['@^4.0.0', '@beta', '@3.x'])('%s, which nothing fits, tells what there is', async (wanted) => {
  serve();
  await expect(choose(wanted)).rejects.toMatchObject({
    code: 'E_REGISTRY',
    facts: { nearest: expect.arrayContaining(['2.1.0', '3.0.0-rc.2']) },
  });
});

test('the date of publication is asked for only when it is wanted', async () => {
  serve();
  const env = { npm_config_registry: rig.origin };
  const found = await rig.resolve('pkg:npm/tool@2.0.0', { env, details: true });
  expect(found.publishedAt).toBe('2024-05-06T07:08:09.000Z');
});
