import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveRig, makeTar } from '../archive-rig.js';

const MEGABYTE = 1024 * 1024;

describe.each([
  ['gnu', '0.0'],
  ['posix', '0.0'],
  ['posix', '0.1'],
  ['posix', '1.0'],
])('a sparse file in format %s, version %s', (format, version) => {
  test.each([
    ['many holes', 60],
    ['a hole at its start', 1],
    ['no bytes at all', 0],
  ])('with %s comes out with its content', async (_, pieces) => {
    await using rig = await ArchiveRig.open();
    const original = await writeSparse(join(rig.folder, 'disk'), pieces);
    const options = [`--format=${format}`, '--sparse', `--sparse-version=${version}`];
    execFileSync('tar', [...options, '-C', rig.folder, '-cf', join(rig.folder, 'a.tar'), 'disk', 'disk']);
    expect(await rig.extractFile(join(rig.folder, 'a.tar'))).toBe(1);
    expect((await readFile(rig.path('disk'))).equals(original)).toBe(true);
  });
});

test('the holes of a sparse file take no room', async () => {
  await using rig = await ArchiveRig.open();
  const file = await open(join(rig.folder, 'disk'), 'w');
  await file.truncate(1024 * MEGABYTE);
  await file.close();
  execFileSync('tar', ['--sparse', '-C', rig.folder, '-cf', join(rig.folder, 'a.tar'), 'disk']);
  await rig.extractFile(join(rig.folder, 'a.tar'));
  const { size, blocks } = await stat(rig.path('disk'));
  expect(size).toBe(1024 * MEGABYTE);
  expect(blocks * 512).toBeLessThan(MEGABYTE);
});

test('the size of a sparse file counts with its holes', async () => {
  await using rig = await ArchiveRig.open();
  const file = await open(join(rig.folder, 'disk'), 'w');
  await file.truncate(10 * MEGABYTE);
  await file.close();
  execFileSync('tar', ['--sparse', '-C', rig.folder, '-cf', join(rig.folder, 'a.tar'), 'disk']);
  const extracting = rig.extractFile(join(rig.folder, 'a.tar'), { limits: { maxBytes: 9 * MEGABYTE } });
  await expect(extracting).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE', facts: { entry: 'disk' } });
});

describe('a map is refused that', () => {
  const record = (keyword: string, value: string): string => {
    const rest = ` ${keyword}=${value}\n`;
    const length = rest.length + 2;
    return `${String(length)}${rest}`;
  };
  test.each([
    ['has an odd number of numbers', '9', '0,3,5'],
    ['goes back', '9', '3,1,0,2'],
    ['goes beyond the end', '4', '2,3'],
    ['has a number that is none', '9', '0,x'],
    ['has less than is stored', '9', '0,2'],
    ['has more than is stored', '9', '0,4'],
    ['belongs to a file without a size', '-1', '0,3'],
  ])('%s', async (_, size, map) => {
    await using rig = await ArchiveRig.open();
    const records = record('GNU.sparse.size', size) + record('GNU.sparse.map', map);
    const entries = [
      { name: 'pax', type: 'x', content: records },
      { name: 'disk', content: 'abc' },
    ];
    await expect(rig.extract('a.tar', makeTar(entries))).rejects.toMatchObject({
      code: 'E_ARCHIVE',
      facts: { entry: 'disk' },
    });
    expect(await rig.tree()).toEqual({});
  });
});

/** A file with so many pieces of text, far apart, and a hole at its end. */
async function writeSparse(path: string, pieces: number): Promise<Buffer> {
  const file = await open(path, 'w+');
  try {
    for (let piece = 0; piece < pieces; piece += 1) await file.write(`piece ${String(piece)}`, (piece + 1) * 300_000);
    await file.truncate((pieces + 3) * 300_000);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
