import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { detectHost } from '../../../host/index.js';
import { createRegistryRig, type RegistryRig } from '../registry-rig.js';
import type { ResolvedPackage, ResolveOptions } from '../resolved-package.js';

const SHA256 = 'ab'.repeat(32);

let rig: RegistryRig;
beforeEach(async () => {
  rig = await createRegistryRig();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

/** Programs that answer as apt's own do, and write down how they were called. */
async function installApt(url = 'http://deb.example.test/pool/k/kit_2.10-3_amd64.deb'): Promise<void> {
  await program(
    'apt-cache',
    `case "$1" in
    policy) case "$3" in kit*) printf '%s:\\n  Installed: (none)\\n  Candidate: 2.10-3\\n' "$3" ;; esac ;;
    madison) case "$3" in kit*) printf '  kit | 2.10-3 | x\\n  kit | 2.9-1 | x\\n  kit | 2.10-3 | y\\n  kit | 3.0~rc1-1 | x\\n' ;; esac ;;
    esac`,
  );
  await program(
    'apt-get',
    `case "$4" in
    *=2.10-3|*=2.9-1|*=3.0~rc1-1|*=1:2.0-1) echo "'${url}' kit_1%3a2.0-1_amd64.deb 1234 SHA256:${SHA256}" ;;
    *) echo "E: Version not found" >&2; exit 100 ;;
    esac`,
  );
}

async function program(name: string, script: string): Promise<void> {
  const line = `printf '%s ' ${name} "$@" LC_ALL=$LC_ALL >> "${rig.home}/calls"; echo >> "${rig.home}/calls"`;
  await rig.write(`home/bin/${name}`, `#!/bin/sh\n${line}\n${script}\n`);
  await chmod(join(rig.home, 'bin', name), 0o755);
}

function resolve(purl: string, options: Partial<ResolveOptions> = {}): Promise<ResolvedPackage> {
  return rig.resolve(purl, { ...options, env: { PATH: `${rig.home}/bin:${detectHost().env['PATH'] ?? ''}` } });
}

test('a package is what apt would download, with the digest of its signed lists', async () => {
  await installApt();
  expect(await resolve('pkg:deb/debian/kit@2.10-3')).toEqual({
    url: 'http://deb.example.test/pool/k/kit_2.10-3_amd64.deb',
    fileName: 'kit_1_2.0-1_amd64.deb',
    integrity: { algorithm: 'sha256', value: SHA256 },
    headers: {},
    version: '2.10-3',
    purl: 'pkg:deb/debian/kit@2.10-3',
    size: 1234,
    proofs: ['signed package lists of apt'],
    warnings: [],
  });
});

describe('the version', () => {
  test.each([
    ['', '2.10-3'],
    ['@latest', '2.10-3'],
    ['@>= 2.9', '3.0~rc1-1'],
    ['@>= 2, << 3~', '2.10-3'],
    ['@%3C%3C2.10', '2.9-1'],
    ['@1:2.0-1', '1:2.0-1'],
  ])('"%s" is %s', async (wanted, expected) => {
    await installApt();
    const found = await resolve(`pkg:deb/debian/kit${wanted}`);
    expect([found.version, found.purl]).toEqual([expected, `pkg:deb/debian/kit@${expected}`]);
  });

  test('that is not there is an error with those that are, and what may help', async () => {
    await installApt();
    await expect(resolve('pkg:deb/debian/kit@9')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { nearest: ['2.9-1', '2.10-3', '3.0~rc1-1'] },
      hint: expect.stringContaining('apt-get update'),
    });
    await expect(resolve('pkg:deb/debian/none')).rejects.toMatchObject({
      message: "The registry has no package 'debian/none'.",
    });
  });
});

describe('the architecture', () => {
  test.each([
    ['is left to apt for this machine', '', {}, 'kit@2.10-3'],
    ['may be named', '?arch=riscv64', {}, 'kit@2.10-3?arch=riscv64'],
    ['is that of the platform', '', { platform: 'linux-arm64' }, 'kit@2.10-3?arch=arm64'],
  ])('%s', async (_what, qualifier, options, expected) => {
    await installApt();
    const found = await resolve(`pkg:deb/debian/kit@2.10-3${qualifier}`, options);
    expect(found.purl).toBe(`pkg:deb/debian/${expected}`);
  });

  test('that is none is refused', async () => {
    await expect(resolve('pkg:deb/debian/kit@1?arch=a%3Db')).rejects.toMatchObject({ code: 'E_PURL' });
  });
});

test('a source that is a folder gives a file, one that is a disk is an error', async () => {
  await installApt('file:/srv/pool/kit.deb');
  expect((await resolve('pkg:deb/debian/kit')).url).toBe('file:///srv/pool/kit.deb');
  await installApt('cdrom:[Debian]/pool/kit.deb');
  await expect(resolve('pkg:deb/debian/kit')).rejects.toMatchObject({ code: 'E_REGISTRY', facts: { method: 'cdrom' } });
});

test('without apt the error says so', async () => {
  await expect(rig.resolve('pkg:deb/debian/kit', { env: { PATH: join(rig.home, 'bin') } })).rejects.toMatchObject({
    code: 'E_REGISTRY',
    message: 'Debian packages need apt, and there is none here.',
  });
});
