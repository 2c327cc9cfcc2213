import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { FettleError } from '../../errors/index.js';
import { downloadKey, type LockedDownload, type LockedPackage, type LockFile } from './lock-file.js';
import { DIGEST, idOf, lockedPackage, lockFile } from './lock-file-rig.js';
import { parseConflictedLockFile, parseLockFile } from './parse-lock-file.js';
import { readPlainToml } from './read-plain.js';
import { serializeLockFile } from './serialize.js';

const FILE = '/project/fettle.lock';
const HEAD = `version = 1\nmanifest = "${DIGEST}"\nplatforms = ["linux-x86_64"]\n`;
const ENTRY = `[[package]]\nidentity = "local.a@v1"\nrecipe = "recipes/a.lua"\nsha256 = "${DIGEST}"\n`;

const text = fc.string({
  minLength: 1,
  unit: fc.oneof(
    fc.constantFrom('"', "'", '\\', '\n', '\u007f', '#', 'é'),
    fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme' }),
  ),
});
const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const day = fc.constantFrom('2026-11-21', '2024-02-29');

const download: fc.Arbitrary<LockedDownload> = fc
  .record({
    source: text,
    ref: maybe(name),
    resolved: maybe(text),
    version: maybe(text),
    commit: maybe(hex),
    file: maybe(text),
    size: maybe(fc.nat()),
    integrity: maybe(hex),
    recorded: maybe(day),
    published: maybe(day),
  })
  .map(withoutUndefined);

const options = fc.dictionary(
  name,
  fc.oneof(text, fc.boolean(), fc.integer(), fc.array(fc.integer(), { maxLength: 3 })),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);
const texts = fc.dictionary(
  text.filter((each) => each !== '__proto__'),
  text,
  { maxKeys: 3, noNullPrototype: true },
);

const anyPackage: fc.Arbitrary<LockedPackage> = fc.record({
  identity: fc.tuple(name, name, name).map(([namespace, own, version]) => `${namespace}.${own}@${version}`),
  options,
  recipe: fc
    .record({ source: text, ref: maybe(name), commit: maybe(hex), sha256: hex, files: texts, recorded: maybe(day) })
    .map(withoutUndefined),
  dependencies: fc.uniqueArray(text, { maxLength: 3 }).map((each) => each.sort()),
  products: texts,
  fetchesByFunction: fc.boolean(),
  downloads: fc
    .uniqueArray(download, { maxLength: 3, selector: downloadKey })
    .map((each) => each.sort((left, right) => (downloadKey(left) < downloadKey(right) ? -1 : 1))),
});

/** Any lock file, its packages in any order. */
const anyLockFile: fc.Arbitrary<LockFile> = fc
  .record({
    manifest: hex,
    platforms: fc.dictionary(
      fc.constantFrom('linux-x86_64', 'darwin-arm64', 'windows-x86_64'),
      fc.array(anyPackage, { maxLength: 4 }),
      {
        noNullPrototype: true,
      },
    ),
    shared: fc.array(anyPackage, { maxLength: 2 }),
  })
  .map(({ manifest, platforms, shared }) => ({
    manifest,
    platforms: new Map(
      Object.entries(platforms).map(([platform, packages]) => [
        platform,
        new Map([...packages, ...shared].map((each) => [idOf(each), each])),
      ]),
    ),
  }));

function withoutUndefined<T extends object>(value: T): { [K in keyof T]-?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}

async function refusal(text: string): Promise<FettleError> {
  const error: unknown = await parseLockFile(text, FILE).catch((caught: unknown) => caught);
  if (!(error instanceof FettleError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  expect(error.code).toBe('E_LOCK_FILE');
  expect(error.facts['path']).toBe(FILE);
  return error;
}

describe('a lock file that was written', () => {
  test('is read as what it was written from', async () => {
    await fc.assert(
      fc.asyncProperty(anyLockFile, async (lock) => {
        expect(await parseLockFile(serializeLockFile(lock), FILE)).toEqual(lock);
      }),
    );
  });

  test('has the same bytes however it was put together, and when it is written again', async () => {
    await fc.assert(
      fc.asyncProperty(anyLockFile, async (lock) => {
        const text = serializeLockFile(lock);
        const turned = new Map(
          [...lock.platforms].reverse().map(([platform, packages]) => [platform, new Map([...packages].reverse())]),
        );
        expect(serializeLockFile({ ...lock, platforms: turned })).toBe(text);
        expect(serializeLockFile(await parseLockFile(text, FILE))).toBe(text);
      }),
    );
  });

  test('is what a reader of all of TOML reads too', () => {
    fc.assert(
      fc.property(anyLockFile, (lock) => {
        const text = serializeLockFile(lock);
        const plain = readPlainToml(text);
        expect(plain).toBeDefined();
        expect(parse(text)).toEqual(plain);
      }),
    );
  });

  test('is sorted, says what is the same everywhere once, and ends with a new line', () => {
    const shared = [lockedPackage('local.b@v1'), lockedPackage('local.a@v1', { products: { z: 'bin/z', a: 'bin/a' } })];
    const lock = lockFile(shared, ['linux-x86_64', 'darwin-arm64']);
    const only = new Map([...(lock.platforms.get('linux-x86_64') ?? []), ['local.c@v1', lockedPackage('local.c@v1')]]);
    const text = serializeLockFile({ ...lock, platforms: new Map([...lock.platforms, ['linux-x86_64', only]]) });
    expect(text).toBe(`# Written by fettle: what the manifest stands for, on each platform. Commit this file.
# "fettle update" renews entries; after a merge conflict run "fettle lock".
version = 1
manifest = "${DIGEST}"
platforms = [
  "darwin-arm64",
  "linux-x86_64",
]

[[package]]
identity = "local.a@v1"
recipe = "recipes/local.a@v1.lua"
sha256 = "${DIGEST}"

[package.products]
a = "bin/a"
z = "bin/z"

[[package]]
identity = "local.b@v1"
recipe = "recipes/local.b@v1.lua"
sha256 = "${DIGEST}"

[[package]]
identity = "local.c@v1"
platforms = [
  "linux-x86_64",
]
recipe = "recipes/local.c@v1.lua"
sha256 = "${DIGEST}"
`);
  });

  test('may have the line ends of Windows and a byte order mark', async () => {
    const lock = lockFile([lockedPackage('local.a@v1')]);
    expect(await parseLockFile(`\ufeff${serializeLockFile(lock).replaceAll('\n', '\r\n')}`, FILE)).toEqual(lock);
  });
});

describe('a lock file of a human hand', () => {
  test('may be any TOML', async () => {
    const text = `manifest='${DIGEST}' # mine\nversion=1\nplatforms=['linux-x86_64']\npackage=[{identity="local.a@v1",recipe="r.lua",sha256="${DIGEST}",download=[{source="http://h/a",size=1_000}]}]`;
    const { platforms } = await parseLockFile(text, FILE);
    expect(platforms.get('linux-x86_64')?.get('local.a@v1')?.downloads).toEqual([{ source: 'http://h/a', size: 1000 }]);
  });

  test('that is no TOML is refused with line and column', async () => {
    const { facts, location } = await refusal(`${HEAD}\n[[package]]\nidentity = local.a@v1\n`);
    expect([facts['line'], location?.line]).toEqual([6, 6]);
    expect(Number(facts['column'])).toBeGreaterThan(0);
  });

  test.each([
    ['a newer version', `version = 2\n`, 'newer fettle'],
    ['no version', `manifest = "${DIGEST}"\n`, 'does not say a version'],
    ['a version of a wrong type', `version = "1"\n`, 'does not say a version'],
    ['no manifest', `version = 1\n`, 'lacks the field "manifest"'],
    ['an unknown field', `${HEAD}packages = 1\n`, 'unknown field "packages"'],
    ['an entry twice', `${HEAD}${ENTRY}${ENTRY}`, 'has local.a@v1 a second time for linux-x86_64'],
    ['a platform that is not its own', `${HEAD}${ENTRY}platforms = ["beos"]\n`, 'names beos'],
    ['an identity that is none', `${HEAD}${ENTRY.replace('local.a@v1', 'a')}`, 'whose identity cannot be read'],
    ['a digest that is none', `${HEAD}${ENTRY.replace(DIGEST, 'abc')}`, 'wrong package[0].sha256'],
    ['options that are none', `${HEAD}${ENTRY}options = "[1]"\n`, 'no JSON object of options'],
    [
      'a size that is none',
      `${HEAD}${ENTRY}[[package.download]]\nsource = "a"\nsize = -1\n`,
      'wrong package[0].download[0].size',
    ],
    [
      'a download twice',
      `${HEAD}${ENTRY}${'[[package.download]]\nsource = "http://h/a"\n'.repeat(2)}`,
      'http://h/a twice',
    ],
    [
      'an integrity that is none',
      `${HEAD}${ENTRY}[[package.download]]\nsource = "a"\nintegrity = "sha1"\n`,
      'integrity',
    ],
  ])('with %s is refused', async (_what, text, message) => {
    expect((await refusal(text)).message).toContain(message);
  });

  test('is refused with the line of the table that is wrong', async () => {
    const second = ENTRY.replace('a@v1', 'b@v1');
    const { location } = await refusal(`${HEAD}${ENTRY}${second}\n[[package.download]]\nsource = 1\n`);
    expect(location?.line).toBe(13);
  });
});

describe('a merge conflict', () => {
  const lock = (version: string, integrity = DIGEST) =>
    serializeLockFile(
      lockFile([
        lockedPackage('local.a@v1', {
          downloads: [{ source: 'http://h/a', version, integrity, recorded: '2026-11-21' }],
        }),
      ]),
    );
  const merged = (ours: string, theirs: string) =>
    `<<<<<<< HEAD\n${ours}||||||| base\nold\n=======\n${theirs}>>>>>>> other\n`;

  test('is refused with its lines and what to do', async () => {
    const { facts, hint } = await refusal(`${HEAD}<<<<<<< HEAD\n=======\n>>>>>>> other\n`);
    expect(facts['markers']).toEqual(['4', '5', '6']);
    expect(hint).toContain('fettle lock');
  });

  test('is joined on request: ours counts, and what only they have is kept', async () => {
    const theirs = serializeLockFile(lockFile([lockedPackage('local.a@v1'), lockedPackage('local.b@v1')]));
    const joined = await parseConflictedLockFile(merged(lock('1'), theirs), FILE);
    const packages = joined.platforms.get('linux-x86_64');
    expect([...(packages?.keys() ?? [])].sort()).toEqual(['local.a@v1', 'local.b@v1']);
    expect(packages?.get('local.a@v1')?.downloads[0]?.version).toBe('1');
  });

  test('over what an address gave is left to humans', async () => {
    const text = merged(lock('1'), lock('1', 'b'.repeat(64)));
    await expect(parseConflictedLockFile(text, FILE)).rejects.toMatchObject({
      code: 'E_LOCK_FILE',
      facts: { source: 'http://h/a', ours: DIGEST, theirs: 'b'.repeat(64) },
    });
  });
});
