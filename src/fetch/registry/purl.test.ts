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
  ['pkg:golang/example.com/Org/kit/v2@v2.1.0', { ecosystem: 'golang', name: 'example.com/Org/kit/v2' }],
  ['pkg:golang/example.com/kit@1.2.3', { wanted: { kind: 'exact', version: 'v1.2.3' } }],
  ['pkg:maven/org.acme/kit@1.0?classifier=sources&type=zip', { name: 'org.acme:kit', version: '1.0' }],
  ['pkg:deb/debian/g++@4:12.2.0-3?arch=arm64', { name: 'debian/g++', version: '4:12.2.0-3' }],
])('%s is read', async (text, expected) => {
  expect(await parsePackageUrl(text)).toMatchObject({ ...expected, text });
});

describe('which version is wanted', () => {
  test.each([
    ['pkg:npm/a', { kind: 'newest' }],
    ['pkg:npm/@acme/a', { kind: 'newest' }],
    ['pkg:npm/a@', { kind: 'newest' }],
    ['pkg:npm/a@latest', { kind: 'tag', tag: 'latest' }],
    ['pkg:npm/a@next', { kind: 'tag', tag: 'next' }],
    ['pkg:npm/a@^0.21', { kind: 'range', range: '^0.21' }],
    ['pkg:npm/a@%5E0.21', { kind: 'range', range: '^0.21' }],
    ['pkg:npm/a@>=1 <2 || 3.x', { kind: 'range', range: '>=1 <2 || 3.x' }],
    ['pkg:npm/a@1', { kind: 'range', range: '1' }],
    ['pkg:pypi/a@latest', { kind: 'newest' }],
    ['pkg:pypi/a@>=1.10,<2', { kind: 'range', range: '>=1.10,<2' }],
    ['pkg:pypi/a@1.*', { kind: 'range', range: '==1.*' }],
    ['pkg:pypi/a@1', { kind: 'exact', version: '1' }],
    ['pkg:cargo/a@1.2', { kind: 'range', range: '^1.2' }],
    ['pkg:cargo/a@>=1.2, <1.5', { kind: 'range', range: '>=1.2 <1.5' }],
    ['pkg:cargo/a@1.*', { kind: 'range', range: '1.*' }],
    ['pkg:golang/a.b/c@v1.2', { kind: 'range', range: 'v1.2' }],
    ['pkg:golang/a.b/c@<v2.0.0', { kind: 'range', range: '<v2.0.0' }],
    ['pkg:golang/a.b/c@feature%2Fx', { kind: 'tag', tag: 'feature/x' }],
    ['pkg:golang/a.b/c@v2.0.0+incompatible', { kind: 'exact', version: 'v2.0.0+incompatible' }],
    ['pkg:maven/a/b@RELEASE', { kind: 'tag', tag: 'RELEASE' }],
    ['pkg:maven/a/b@[1.0,2.0)', { kind: 'range', range: '[1.0,2.0)' }],
    ['pkg:deb/debian/curl', { kind: 'newest' }],
    ['pkg:deb/debian/curl@>= 7, << 8', { kind: 'range', range: '>= 7, << 8' }],
  ])('%s', async (text, wanted) => {
    expect(await parsePackageUrl(text)).toMatchObject({ wanted, text });
  });
});

describe('what is refused', () => {
  test.each([
    ['no package URL', 'npm/esbuild@1.0.0', 'is not valid'],
    ['no name', 'pkg:npm/', 'is not valid'],
    ['a type that is no registry of ours', 'pkg:gem/a@1.0', "type 'gem'"],
    ['a type that every object has', 'pkg:constructor/a@1.0', "type 'constructor'"],
    ['a version that is a path', 'pkg:npm/a@..%2F..%2Fx', 'neither a version nor a range of npm'],
    ['a branch that is a path upwards', 'pkg:golang/a.b/c@x%2F..%2Fy', 'neither a version nor a range of golang'],
    ['a tag where there are none', 'pkg:cargo/serde@nightly', 'neither a version nor a range of cargo'],
    ['a range of another ecosystem', 'pkg:pypi/ninja@^1.0', 'neither a version nor a range of pypi'],
    ['a range that ends before it begins', 'pkg:maven/a/b@[2,1]', 'neither a version nor a range of maven'],
    ['a relation without version', 'pkg:deb/debian/curl@>=', 'neither a version nor a range of deb'],
    ['a version with a control character', 'pkg:npm/a@1.0.0%0A', 'neither a version nor a range of npm'],
    ['a version with half an escape', 'pkg:npm/a@1%', 'is not valid'],
    ['a Maven artifact without group', 'pkg:maven/b@1', 'is not valid'],
    ['a Debian package of no known distribution', 'pkg:deb/b@1', "'b' cannot be the name"],
    ['a Go module without host', 'pkg:golang/b@v1.0.0', "'b' cannot be the name"],
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
  'pkg:npm/a@..?repository_url=https://ann:secret@127.0.0.1/npm',
  'pkg:npm/a@..?repository_url=https%3A%2F%2Fann%3Asecret%40127.0.0.1%2Fnpm',
  'pkg:npm/a@..?repository_url=ann:secret@nonsense',
  'pkg:npm/a@..?repository_url=%zz://ann:secret@127.0.0.1/',
  'pkg:cargo/a@..?repository_url=sparse%2Bhttps://ann:secret@127.0.0.1/',
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
    fc
      .tuple(fc.constantFrom('npm', 'pypi', 'cargo', 'golang', 'maven', 'deb'), fc.string(), fc.string())
      .map((parts) => {
        const [type, name, version] = parts.map(encodeURIComponent);
        return `pkg:${type}/${name}@${version}`;
      }),
  );
  await fc.assert(
    fc.asyncProperty(text, async (purl) => {
      const outcome = await parsePackageUrl(purl).catch((error: unknown) => error);
      expect(outcome).toMatchObject(
        'code' in (outcome as object) ? { code: 'E_PURL' } : { wanted: { kind: expect.any(String) } },
      );
    }),
  );
});
