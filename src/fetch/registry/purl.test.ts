import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { parsePackageUrl } from './purl.js';

test.each([
  ['pkg:npm/esbuild@0.25.0', { ecosystem: 'npm', name: 'esbuild', version: '0.25.0', qualifiers: {} }],
  ['pkg:npm/%40esbuild/linux-x64@0.25.0', { ecosystem: 'npm', name: '@esbuild/linux-x64' }],
  ['pkg:npm/@esbuild/linux-x64@0.25.0', { ecosystem: 'npm', name: '@esbuild/linux-x64' }],
  ['pkg:pypi/ninja@1.13.0.post1?type=sdist', { ecosystem: 'pypi', qualifiers: { type: 'sdist' } }],
  ['pkg:pypi/old@1!2.0', { version: '1!2.0' }],
  ['pkg:cargo/zstd-sys@2.0.1%2Bzstd.1.5.2', { ecosystem: 'cargo', version: '2.0.1+zstd.1.5.2' }],
])('%s is read', async (text, expected) => {
  expect(await parsePackageUrl(text)).toMatchObject({ ...expected, text });
});

describe('what is refused', () => {
  test.each([
    ['no package URL', 'npm/esbuild@1.0.0', 'is not valid'],
    ['no name', 'pkg:npm/', 'is not valid'],
    ['a type that is no registry of ours', 'pkg:maven/a/b@1.0', "type 'maven'"],
    ['a type that every object has', 'pkg:constructor/a@1.0', "type 'constructor'"],
    ['no version', 'pkg:npm/esbuild', 'has no version'],
    ['an empty version', 'pkg:npm/esbuild@', 'has no version'],
    ['a tag', 'pkg:npm/esbuild@latest', 'not an exact npm version'],
    ['a range', 'pkg:npm/esbuild@^1.0.0', 'not an exact npm version'],
    ['half a version', 'pkg:cargo/serde@1.0', 'not an exact cargo version'],
    ['a pypi range', 'pkg:pypi/ninja@1.*', 'not an exact pypi version'],
    ['a version that is a path', 'pkg:npm/a@..%2F..%2Fx', 'not an exact npm version'],
    ['a name that is a path', 'pkg:cargo/a%2Fb@1.0.0', "'a/b' cannot be the name"],
    ['a namespace in pypi', 'pkg:pypi/space/ninja@1.0', "'space/ninja' cannot be the name"],
    ['a subpath', 'pkg:npm/a@1.0.0#bin/a', 'names a path inside'],
    ['an unknown qualifier', 'pkg:npm/a@1.0.0?typ=sdist', "unknown qualifier 'typ'"],
  ])('%s', async (_what, text, message) => {
    await expect(parsePackageUrl(text)).rejects.toMatchObject({
      code: 'E_PURL',
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });

  test('a checksum qualifier is told where digests go', async () => {
    await expect(parsePackageUrl('pkg:npm/a@1.0.0?checksum=sha256:00')).rejects.toMatchObject({
      hint: expect.stringContaining('sha256 field'),
    });
  });
});

test.each([
  'pkg:npm/a?repository_url=https://ann:secret@127.0.0.1/npm',
  'pkg:npm/a?repository_url=https%3A%2F%2Fann%3Asecret%40127.0.0.1%2Fnpm',
  'pkg:npm/a?repository_url=ann:secret@nonsense',
  'pkg:npm/a?repository_url=%zz://ann:secret@127.0.0.1/',
  'pkg:cargo/a?repository_url=sparse%2Bhttps://ann:secret@127.0.0.1/',
  'pkg://ann:secret@npm/a',
])('credentials in %s appear in no message', async (text) => {
  const failure: unknown = await parsePackageUrl(text).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'E_PURL' });
  expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain('secret');
});

test('any text is either read or refused with E_PURL', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `pkg:npm/${rest}`),
    fc.tuple(fc.constantFrom('npm', 'pypi', 'cargo'), fc.string(), fc.string()).map((parts) => {
      const [type, name, version] = parts.map(encodeURIComponent);
      return `pkg:${type}/${name}@${version}`;
    }),
  );
  await fc.assert(
    fc.asyncProperty(text, async (purl) => {
      const outcome = await parsePackageUrl(purl).catch((error: unknown) => error);
      expect(outcome).toMatchObject(
        'code' in (outcome as object) ? { code: 'E_PURL' } : { version: expect.stringMatching(/\d/) },
      );
    }),
  );
});
