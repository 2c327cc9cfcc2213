import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { parseDistribution } from './distribution.js';
import { chooseWheel } from './wheel-choice.js';
import { detectWheelPlatform, macosVersion, rankPlatformTag, type WheelPlatform } from './wheel-platform.js';

const GLIBC: WheelPlatform = { system: 'linux', arch: 'x86_64', libc: { family: 'glibc', version: [2, 28] } };
const MUSL: WheelPlatform = { system: 'linux', arch: 'arm64', libc: { family: 'musl', version: [1, 2] } };
const MAC: WheelPlatform = { system: 'darwin', arch: 'arm64', version: [13, 0] };
const INTEL_MAC: WheelPlatform = { system: 'darwin', arch: 'x86_64', version: [10, 15] };
const WINDOWS: WheelPlatform = { system: 'windows', arch: 'x86_64' };

function chosen(platform: WheelPlatform, ...tags: string[]): string | undefined {
  const files = tags.map((tag) => {
    const fileName = `tool-1.0-${tag}.whl`;
    const wheel = parseDistribution(fileName, 'tool');
    if (wheel?.kind !== 'wheel') throw new Error(`${fileName} is not a wheel`);
    return { fileName, wheel, tag };
  });
  return chooseWheel(files, platform)?.tag;
}

describe('the wheel that is chosen', () => {
  test.each<[string, string[], WheelPlatform, string | undefined]>([
    [
      'a program of the platform before pure Python',
      ['py3-none-any', 'py3-none-manylinux_2_17_x86_64'],
      GLIBC,
      'py3-none-manylinux_2_17_x86_64',
    ],
    ['pure Python before an ABI', ['cp39-abi3-manylinux_2_17_x86_64', 'py3-none-any'], GLIBC, 'py3-none-any'],
    [
      'the stable ABI before one Python',
      ['cp312-cp312-linux_x86_64', 'cp39-abi3-linux_x86_64'],
      GLIBC,
      'cp39-abi3-linux_x86_64',
    ],
    [
      'the lowest Python of the stable ABI',
      ['cp310-abi3-linux_x86_64', 'cp39-abi3-linux_x86_64'],
      GLIBC,
      'cp39-abi3-linux_x86_64',
    ],
    [
      'the newest Python of those with their own ABI',
      ['cp39-cp39-linux_x86_64', 'cp312-cp312-linux_x86_64'],
      GLIBC,
      'cp312-cp312-linux_x86_64',
    ],
    [
      'a plain ABI before a free-threaded one',
      ['cp313-cp313t-linux_x86_64', 'cp312-cp312-linux_x86_64'],
      GLIBC,
      'cp312-cp312-linux_x86_64',
    ],
    [
      'the newest glibc the machine has',
      ['py3-none-manylinux1_x86_64', 'py3-none-manylinux_2_24_x86_64', 'py3-none-manylinux_2_31_x86_64'],
      GLIBC,
      'py3-none-manylinux_2_24_x86_64',
    ],
    [
      'manylinux before bare linux',
      ['py3-none-linux_x86_64', 'py3-none-manylinux2014_x86_64'],
      GLIBC,
      'py3-none-manylinux2014_x86_64',
    ],
    [
      'by the best of compressed tags',
      ['py2.py3-none-manylinux1_i686.manylinux2010_x86_64'],
      GLIBC,
      'py2.py3-none-manylinux1_i686.manylinux2010_x86_64',
    ],
    ['the higher build', ['2-py3-none-any', '10-py3-none-any', 'py3-none-any'], GLIBC, '10-py3-none-any'],
    [
      'musl on musl',
      ['py3-none-manylinux2014_aarch64', 'py3-none-musllinux_1_1_aarch64', 'py3-none-musllinux_1_2_aarch64'],
      MUSL,
      'py3-none-musllinux_1_2_aarch64',
    ],
    [
      'for the newest macOS that is not too new',
      ['py3-none-macosx_14_0_arm64', 'py3-none-macosx_11_0_arm64', 'py3-none-macosx_10_9_universal2'],
      MAC,
      'py3-none-macosx_11_0_arm64',
    ],
    [
      'of one architecture before universal',
      ['py3-none-macosx_11_0_universal2', 'py3-none-macosx_11_0_arm64'],
      MAC,
      'py3-none-macosx_11_0_arm64',
    ],
    [
      'for old Macs',
      ['py3-none-macosx_11_0_x86_64', 'py3-none-macosx_10_9_intel'],
      INTEL_MAC,
      'py3-none-macosx_10_9_intel',
    ],
    ['for Windows', ['py3-none-win32', 'py3-none-win_arm64', 'py3-none-win_amd64'], WINDOWS, 'py3-none-win_amd64'],
    [
      'none of another system',
      ['py3-none-win_amd64', 'py3-none-macosx_11_0_arm64', 'py3-none-manylinux2014_aarch64'],
      GLIBC,
      undefined,
    ],
    [
      'none of Python 2 or PyPy',
      ['py2-none-any', 'pp310-pypy310_pp73-linux_x86_64', 'cp27-cp27mu-linux_x86_64'],
      GLIBC,
      undefined,
    ],
  ])('is %s', (_what, tags, platform, expected) => {
    expect(chosen(platform, ...tags)).toBe(expected);
    expect(chosen(platform, ...tags.toReversed())).toBe(expected);
  });

  test('does not depend on the order in which an index lists files', () => {
    const tags = [
      'py3-none-any',
      '1a-py3-none-any',
      '1b-py3-none-any',
      'py3-none-linux_x86_64',
      'cp38-abi3-any',
      'cp38-cp38-linux_x86_64',
    ];
    fc.assert(
      fc.property(
        fc
          .subarray(tags, { minLength: 1 })
          .chain((subset) => fc.tuple(fc.constant(subset), fc.shuffledSubarray(subset, { minLength: subset.length }))),
        ([listed, shuffled]) => {
          expect(chosen(GLIBC, ...shuffled)).toBe(chosen(GLIBC, ...listed));
        },
      ),
    );
  });
});

test.each([
  ['19.6.0', [10, 15]],
  ['20.6.0', [11, 0]],
  ['24.1.0', [15, 0]],
  ['25.0.0', [26, 0]],
])('the macOS kernel %s is that of a macOS', (kernel, version) => {
  expect(macosVersion(kernel)).toEqual(version);
});

test('this machine can take wheels of its own platform, whatever it is', () => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'darwin' : 'linux';
  const arch = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  const host = { platform, arch, env: {}, cwd: '/', home: '/', tmp: '/', pid: 1, cores: 1, now: () => 0 } as const;
  const own = detectWheelPlatform(host);
  const tags = ['win_amd64', 'win_arm64'];
  for (const suffix of ['x86_64', 'aarch64', 'arm64']) {
    tags.push(`manylinux2014_${suffix}`, `musllinux_1_1_${suffix}`, `macosx_11_0_${suffix}`);
  }
  expect(tags.filter((tag) => rankPlatformTag(tag, own) !== undefined)).toHaveLength(1);
});
