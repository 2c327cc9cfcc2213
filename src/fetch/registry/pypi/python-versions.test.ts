import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRegistryRig, type RegistryRig } from '../registry-rig.js';
import { typicalWheelPlatform } from './wheel-platform.js';
import { rankPythonVersions, readPythonVersion } from './python-versions.js';

const OFFERED = ['1.0', '1.9', '1.10', '1.10.post1', '2.0a1', '2.0rc1', '1!0.1', 'not a version'];

async function choose(text: string, offered: readonly string[] = OFFERED): Promise<string | undefined> {
  const wanted = await readPythonVersion(text);
  if (!wanted) return 'refused';
  return (await rankPythonVersions(wanted, offered))[0];
}

test.each([
  ['', '1!0.1'],
  ['<2', '1.10.post1'],
  ['1.*', '1.10.post1'],
  ['~=1.9', '1.10.post1'],
  ['>=1.0,<1.10', '1.9'],
  ['==1.10', '1.10'],
  ['!=1!0.1,<1!0', '1.10.post1'],
  ['>=2.0a1,<3', '2.0rc1'],
  ['>=2,<3', undefined],
  ['==2.0rc1', '2.0rc1'],
  ['^1.0', 'refused'],
  ['newest', 'refused'],
  ['>=', 'refused'],
])('for "%s" %s is taken', async (text, expected) => {
  expect(await choose(text)).toBe(expected);
});

test('a pre-release is taken when there is nothing else', async () => {
  expect(await choose('', ['1.0a1', '1.0b1'])).toBe('1.0b1');
});

describe('a range in an index', () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await createRegistryRig();
  });
  afterEach(async () => {
    await rig[Symbol.asyncDispose]();
  });

  interface Offer {
    readonly name: string;
    readonly yanked?: boolean;
  }

  function serve(path: string, ...offers: readonly Offer[]): Readonly<Record<string, string>> {
    const files = offers.map(({ name, yanked = false }) => ({
      filename: name,
      url: `files/${name}`,
      hashes: { sha256: 'ab'.repeat(32) },
      yanked,
      size: 12,
      'upload-time': '2024-01-02T03:04:05Z',
    }));
    rig.serve(path, { meta: { 'api-version': '1.1' }, files });
    return { PIP_INDEX_URL: `${rig.origin}/simple` };
  }

  test('skips what was withdrawn and what has no file for this platform', async () => {
    const env = serve(
      '/simple/tool/',
      { name: 'tool-1.0-py3-none-any.whl' },
      { name: 'tool-1.1-py3-none-any.whl' },
      { name: 'tool-1.2-py3-none-win_amd64.whl' },
      { name: 'tool-1.3-py3-none-any.whl', yanked: true },
    );
    expect(await rig.resolve('pkg:pypi/tool@>=1.0', { env })).toMatchObject({
      version: '1.1',
      purl: 'pkg:pypi/tool@1.1?file_name=tool-1.1-py3-none-any.whl',
      size: 12,
      publishedAt: '2024-01-02T03:04:05Z',
      warnings: [],
    });
  });

  test.each([
    ['linux-x86_64', 'manylinux_2_28_x86_64'],
    ['linux-arm64', 'manylinux_2_17_aarch64'],
    ['darwin-arm64', 'macosx_11_0_arm64'],
    ['darwin-x86_64', 'macosx_10_9_universal2'],
    ['windows-x86_64', 'win_amd64'],
  ])('takes the wheel of another platform: %s', async (platform, tag) => {
    const tags = ['manylinux_2_28_x86_64', 'manylinux_2_39_aarch64', 'manylinux_2_17_aarch64', 'macosx_11_0_arm64'];
    const all = [...tags, 'macosx_10_9_universal2', 'macosx_99_0_arm64', 'win_amd64', 'win32', 'musllinux_1_1_x86_64'];
    const env = serve('/simple/tool/', ...all.map((each) => ({ name: `tool-1.0-py3-none-${each}.whl` })));
    const found = await rig.resolve('pkg:pypi/tool', { env, platform });
    expect(found.fileName).toBe(`tool-1.0-py3-none-${tag}.whl`);
  });

  test('is looked for in the first index that has something that fits', async () => {
    const env = serve('/simple/tool/', { name: 'tool-1.0.tar.gz' });
    serve('/extra/tool/', { name: 'tool-2.0.tar.gz' });
    const extra = { ...env, PIP_EXTRA_INDEX_URL: `${rig.origin}/extra` };
    expect((await rig.resolve('pkg:pypi/tool', { env: extra })).version).toBe('1.0');
    expect((await rig.resolve('pkg:pypi/tool@>=2', { env: extra })).version).toBe('2.0');
  });
});

test('a platform that nobody has wheels for is an error', () => {
  expect(() => typicalWheelPlatform('plan9-mips')).toThrow(expect.objectContaining({ code: 'E_PLATFORM' }));
});
