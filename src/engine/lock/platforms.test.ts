import { expect, test } from '@jest/globals';
import { emptyManifest, type LockFile, type Manifest } from '../../manifest/index.js';
import { lockedPlatforms } from './platforms.js';

const HERE = { platform: 'linux', arch: 'x86_64' } as Parameters<typeof lockedPlatforms>[2];
const MANIFEST = emptyManifest('/project');
const PREVIOUS: LockFile = { manifest: '', platforms: new Map([['darwin-arm64', new Map()]]) };
const entry = (platforms: readonly string[]) => ({ platforms }) as unknown as Manifest['packages'][number];

test.each<[string, Partial<Manifest>, LockFile | undefined, readonly string[]]>([
  ['nothing more than this one', {}, undefined, ['linux-x86_64']],
  ['those of the file before', {}, PREVIOUS, ['linux-x86_64', 'darwin-arm64']],
  ['what entries name', { otherPlatforms: [entry(['windows-arm64'])] }, undefined, ['linux-x86_64', 'windows-arm64']],
  ['all arches of a name without one', { packages: [entry(['linux'])] }, undefined, ['linux-x86_64', 'linux-arm64']],
  [
    'what the manifest says, and nothing else',
    { platforms: ['windows-x86_64'] },
    PREVIOUS,
    ['linux-x86_64', 'windows-x86_64'],
  ],
])('the platforms of a lock file are %s', (_what, fields, previous, platforms) => {
  expect(lockedPlatforms({ ...MANIFEST, ...fields }, previous, HERE)).toEqual(platforms);
});
