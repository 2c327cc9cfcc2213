import { describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { ArchiveRig } from '../archive-rig.js';
import { BLOCK, rawTar } from './raw-tar.js';
import { rawZip } from './raw-zip.js';
import { snapshot } from './snapshot.js';

const FILES = [
  { name: 'pkg/readme.txt', content: 'read me' },
  { name: 'pkg/noise', content: noise(5 * 1024) },
  { name: 'pkg/text', content: 'so on and so forth '.repeat(300) },
  { name: 'pkg/last', content: noise(1024) },
];
const TAR = rawTar({ name: 'pkg/', type: '5' }, ...FILES);

/** Each with the program that makes it, where it is not Node. */
const PACKED: readonly (readonly [format: string, make: () => Buffer, program?: string])[] = [
  ['tar', () => TAR],
  ['tar.gz', () => gzipSync(TAR)],
  ['tar.xz', () => compress('xz'), 'xz'],
  ['tar.zst', () => compress('zstd'), 'zstd'],
  ['tar.bz2', () => compress('bzip2'), 'bzip2'],
  ['zip', () => rawZip(FILES)],
  ['gz', () => gzipSync(noise(5000))],
];

describe.each(PACKED)('%s', (format, make, program) => {
  (isThere(program) ? test : test.skip)('cut off anywhere, it is refused and leaves nothing', async () => {
    await using rig = await ArchiveRig.open();
    await mkdir(rig.out);
    const whole = make();
    const before = await snapshot(rig.out);
    // A tar has all its entries once the first of its two blocks of zeros has come.
    for (const length of cuts(format === 'tar' ? whole.length - BLOCK : whole.length)) {
      const extracting = rig.extract(`cut.${format}`, whole.subarray(0, length));
      await expect(extracting).rejects.toMatchObject({ code: 'E_ARCHIVE', facts: { problem: expect.any(String) } });
      expect(await snapshot(rig.out)).toEqual(before);
    }
    expect(await rig.extract(`whole.${format}`, whole)).toBeGreaterThan(0);
  });
});

/** Every 512 bytes, and one byte to either side. */
function cuts(length: number): readonly number[] {
  const places = Array.from({ length: Math.ceil(length / BLOCK) }, (_, index) => index * BLOCK);
  const around = places.flatMap((place) => [place - 1, place, place + 1]);
  return [...new Set([...around, length - 1])].filter((place) => place >= 0 && place < length);
}

function isThere(program: string | undefined): boolean {
  return program === undefined || spawnSync(program, ['--version']).error === undefined;
}

function compress(program: string): Buffer {
  return execFileSync(program, ['--stdout', '-'], { input: TAR, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** Bytes that do not compress, the same each time. */
function noise(bytes: number): Buffer {
  let state = 42;
  return Buffer.from(Array.from({ length: bytes }, () => (state = Math.imul(state, 1103515245) + 12345) >>> 16));
}
