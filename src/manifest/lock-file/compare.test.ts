import { describe, expect, test } from '@jest/globals';
import { compareLockFiles, describeLockChange } from './compare.js';
import type { LockedPackage } from './lock-file.js';
import { DIGEST, lockedPackage, lockFile } from './lock-file-rig.js';

const BOTH = ['darwin-arm64', 'linux-x86_64'];
const OTHER = 'b'.repeat(64);

function changes(before: Partial<LockedPackage>, after: Partial<LockedPackage>): readonly string[] {
  const lock = (fields: Partial<LockedPackage>) => lockFile([lockedPackage('local.a@v1', fields)], BOTH);
  return compareLockFiles(lock(before), lock(after)).map(describeLockChange);
}

const WHERE = '(darwin-arm64, linux-x86_64)';

describe('two lock files', () => {
  test('that say the same do not differ, in whatever order their packages are', () => {
    const [a, b] = [lockedPackage('local.a@v1', { products: { x: '1', y: '2' } }), lockedPackage('local.b@v1')];
    expect(compareLockFiles(lockFile([a, b]), lockFile([b, { ...a, products: { y: '2', x: '1' } }]))).toEqual([]);
  });

  test('differ in packages, platforms and the manifest', () => {
    const before = lockFile([lockedPackage('local.a@v1')], ['linux-x86_64']);
    const after = { ...lockFile([lockedPackage('local.b@v1')], BOTH), manifest: OTHER };
    expect(compareLockFiles(before, after).map(describeLockChange)).toEqual([
      'manifest aaaaaaaaaaaa… → bbbbbbbbbbbb…',
      'platform darwin-arm64 is new: there',
      'local.a@v1: package is gone (linux-x86_64)',
      `local.b@v1: package is new: aaaaaaaaaaaa… ${WHERE}`,
    ]);
  });

  test('differ from none in all that there is', () => {
    expect(compareLockFiles(undefined, lockFile([lockedPackage('local.a@v1')])).map(({ what }) => what)).toEqual([
      'manifest',
      'platform linux-x86_64',
      'package',
    ]);
  });

  test('tell the same change of several platforms once, and another one apart', () => {
    const before = lockFile([lockedPackage('local.a@v1')], BOTH);
    const changed = lockFile([lockedPackage('local.a@v1', { dependencies: ['local.b@v1'] })], ['linux-x86_64']);
    const after = { ...before, platforms: new Map([...before.platforms, ...changed.platforms]) };
    expect(compareLockFiles(before, after)).toEqual([
      {
        ...{ package: 'local.a@v1', platforms: ['linux-x86_64'] },
        ...{ what: 'dependency', before: null, after: 'local.b@v1' },
      },
    ]);
  });

  const source = 'http://h/a';
  const recipe = { source: 'a.lua', sha256: DIGEST, files: {} };
  test.each<[string, Partial<LockedPackage>, Partial<LockedPackage>, string]>([
    ['a recipe', { recipe }, { recipe: { ...recipe, sha256: OTHER } }, 'recipe sha256 aaaaaaaaaaaa… → bbbbbbbbbbbb…'],
    ['its place', { recipe }, { recipe: { ...recipe, source: 'b.lua' } }, 'recipe a.lua → b.lua'],
    ['its commit', { recipe }, { recipe: { ...recipe, commit: 'c' } }, 'recipe commit is new: c'],
    ['a required file', { recipe: { ...recipe, files: { 'x.lua': '1' } } }, { recipe }, 'recipe file x.lua is gone'],
    ['a product', { products: { x: 'bin/x' } }, { products: { x: 'x' } }, 'product x bin/x → x'],
    ['a download', {}, { downloads: [{ source }] }, `download ${source} is new: ${source}`],
    [
      'its version',
      { downloads: [{ source, version: '1' }] },
      { downloads: [{ source, version: '2' }] },
      `download ${source} version 1 → 2`,
    ],
    [
      'its size',
      { downloads: [{ source }] },
      { downloads: [{ source, size: 0 }] },
      `download ${source} size is new: 0`,
    ],
    ['how it fetches', {}, { fetchesByFunction: true }, 'fetch declared → function'],
  ])('differ in %s', (_what, before, after, line) => {
    expect(changes(before, after)).toEqual([`local.a@v1: ${line} ${WHERE}`]);
  });
});
