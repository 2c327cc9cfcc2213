import { describe, expect, test } from '@jest/globals';
import { lstat, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { deflateRawSync } from 'node:zlib';
import { ArchiveRig } from '../archive-rig.js';
import { extraField, narrow, rawZip, STORED, wide, type RawZipEntry } from '../hostile/raw-zip.js';
import { DEFAULT_LIMITS } from '../limits.js';
import type { UnpackRequest } from '../unpack.js';
import { unpackZip } from './unpack-zip.js';

const MIB = 1024 * 1024;
const LARGE = noise(3 * MIB + 17);

describe('contents of every size come out whole:', () => {
  test.each([
    ['nothing', 0],
    ['one byte', 1],
    ['as much as is read at once', MIB],
    ['one byte more than is read at once', MIB + 1],
    ['what is read in many pieces', LARGE.length],
  ])('%s', async (_, size) => {
    await using rig = await ArchiveRig.open();
    const content = LARGE.subarray(0, size);
    const archive = rawZip([
      { name: 'deflated', content },
      { name: 'stored', content, method: STORED },
    ]);
    expect(await rig.extract('a.zip', archive)).toBe(2);
    expect((await readFile(rig.path('deflated'))).equals(content)).toBe(true);
    expect((await readFile(rig.path('stored'))).equals(content)).toBe(true);
  });

  test('many small files, more than fit into the window that is read at once', async () => {
    await using rig = await ArchiveRig.open();
    const entries = Array.from({ length: 400 }, (_, index) => {
      return { name: `d${index % 7}/f${index}`, content: LARGE.subarray(index, index + 7000) };
    });
    expect(await rig.extract('a.zip', rawZip(entries))).toBe(400);
    for (const { name, content } of entries) expect((await readFile(rig.path(name))).equals(content)).toBe(true);
  });
});

describe('a large content is refused as a small one is:', () => {
  const packed = deflateRawSync(LARGE);
  test.each<[string, Partial<RawZipEntry>]>([
    ['a wrong checksum', { crc: 1 }],
    ['a wrong checksum of what is stored', { crc: 1, method: STORED }],
    ['more than it states', { size: LARGE.length - 1 }],
    ['less than it states', { size: LARGE.length + 1 }],
    ['a piece that is missing', { packedSize: packed.length - 10, packed: packed.subarray(0, -10) }],
    [
      'a byte that is wrong',
      { packed: Buffer.concat([packed.subarray(0, MIB), noise(99), packed.subarray(MIB + 99)]) },
    ],
    ['bytes after its end', { packed: Buffer.concat([packed, Buffer.from('more')]) }],
  ])('%s', async (_, lie) => {
    await using rig = await ArchiveRig.open();
    const extracting = rig.extract('a.zip', rawZip([{ name: 'large', content: LARGE, ...lie }]));
    await expect(extracting).rejects.toMatchObject({ code: 'E_ARCHIVE', facts: { entry: 'large' } });
    expect(await rig.tree()).toEqual({});
  });
});

describe('the date of a file is', () => {
  const SECONDS = 1_234_567_890;
  const NTFS = (BigInt(SECONDS) + 11_644_473_600n) * 10_000_000n;
  test.each<[string, Buffer, number]>([
    ['that of DOS, read as UTC', Buffer.alloc(0), Date.UTC(2001, 8, 9, 12) / 1000],
    ['the extended one', extraField(0x5455, Buffer.concat([Buffer.from([1]), narrow(SECONDS)])), SECONDS],
    [
      'that of NTFS',
      extraField(0x000a, Buffer.concat([narrow(0), Buffer.from([1, 0, 24, 0]), wide(NTFS, NTFS, NTFS)])),
      SECONDS,
    ],
  ])('%s', async (_, extra, seconds) => {
    await using rig = await ArchiveRig.open();
    await rig.extract('a.zip', rawZip([{ name: 'a', content: 'x', extra }]));
    expect((await stat(rig.path('a'))).mtimeMs / 1000).toBe(seconds);
  });
});

test('a folder has its own date and permissions, also when it comes after what lies in it', async () => {
  await using rig = await ArchiveRig.open();
  await rig.extract(
    'a.zip',
    rawZip([
      { name: 'd/f', content: 'x' },
      { name: 'd/', mode: 0o040750 },
    ]),
  );
  const { mode, mtime } = await stat(rig.path('d'));
  expect(mode & 0o777).toBe(0o750);
  expect(mtime.getUTCFullYear()).toBe(2001);
});

test('a link has its target from the archive and is made last', async () => {
  await using rig = await ArchiveRig.open();
  await rig.extract(
    'a.zip',
    rawZip([
      { name: 'l', content: 'd/f', mode: 0o120777 },
      { name: 'd/f', content: 'x' },
    ]),
  );
  expect((await lstat(rig.path('l'))).isSymbolicLink()).toBe(true);
  expect(await readFile(rig.path('l'), 'utf8')).toBe('x');
});

test('entries that lie in another order than the directory tells come out all the same', async () => {
  await using rig = await ArchiveRig.open();
  const first = rawZip([{ name: 'a', content: 'one' }]);
  const length = first.indexOf('PK\x01\x02', 0, 'latin1');
  const archive = rawZip([
    { name: 'a', content: 'one' },
    { name: 'b', content: 'two' },
  ]);
  const directory = archive.indexOf('PK\x01\x02', 0, 'latin1');
  const [one, two] = [archive.subarray(directory, directory + 47), archive.subarray(directory + 47, directory + 94)];
  const swapped = Buffer.concat([archive.subarray(0, directory), two, one, archive.subarray(directory + 94)]);
  expect(length).toBeGreaterThan(0);
  expect(await rig.extract('a.zip', swapped)).toBe(2);
  expect(await rig.tree()).toEqual({ a: 'one', b: 'two' });
});

test('files and bytes are told while they are written', async () => {
  await using rig = await ArchiveRig.open();
  const told: [number, number][] = [];
  const archive = await rig.write(
    'a.zip',
    rawZip([
      { name: 'a', content: 'xx' },
      { name: 'large', content: LARGE },
    ]),
  );
  const result = await unpackZip(await request(rig, archive, { progress: (...counts) => told.push(counts) }));
  expect(result).toMatchObject({ files: 2, bytes: LARGE.length + 2 });
  expect(told[0]).toEqual([1, 2]);
  expect(told.at(-1)).toEqual([2, LARGE.length + 2]);
  expect(told.length).toBeGreaterThan(10);
});

describe('an abort in the middle of', () => {
  test.each([
    ['a large content', [{ name: 'large', content: LARGE }]],
    [
      'many small ones',
      Array.from({ length: 100 }, (_, index) => ({ name: `f${index}`, content: LARGE.subarray(0, 9999) })),
    ],
  ])('%s ends with its reason', async (_, entries) => {
    await using rig = await ArchiveRig.open();
    const archive = await rig.write('a.zip', rawZip(entries));
    const controller = new AbortController();
    const reason = new Error('stop');
    const progress = (): void => controller.abort(reason);
    const unpacking = unpackZip(await request(rig, archive, { progress, signal: controller.signal }));
    await expect(unpacking).rejects.toThrow();
    expect(controller.signal.reason).toBe(reason);
    expect((await readdir(rig.path('aside'))).length).toBeLessThan(2);
  });
});

(process.platform === 'linux' ? test : test.skip)('no file stays open, whatever happened', async () => {
  await using rig = await ArchiveRig.open();
  await rig.extract('a.zip', rawZip([{ name: 'a', content: 'x' }]));
  const open = await readdir('/proc/self/fd');
  await rig.extract('a.zip', rawZip([{ name: 'large', content: LARGE }]));
  for (const archive of [
    Buffer.from('PK\x03\x04 and no more', 'latin1'),
    rawZip([{ name: '../escaped', content: 'x' }]),
    rawZip([{ name: 'a', content: 'x', crc: 1 }]),
    rawZip([{ name: 'large', content: LARGE, crc: 1 }]),
    rawZip([{ name: 'large', packed: LARGE, size: 9 * MIB }]),
  ]) {
    await expect(rig.extract('a.zip', archive)).rejects.toMatchObject({ code: expect.stringMatching(/^E_ARCHIVE/) });
  }
  expect((await readdir('/proc/self/fd')).length).toBe(open.length);
});

test('a name that the file system takes for another one is refused', async () => {
  await using rig = await ArchiveRig.open();
  const archive = await rig.write('a.zip', rawZip([{ name: 'd/name', content: 'x' }]));
  const asked = await request(rig, archive, {});
  // As if `D/NAME` had come before, on a file system where case counts for nothing.
  await mkdir(rig.path('aside/d'));
  await expect(unpackZip(asked)).rejects.toMatchObject({ entry: 'd', reason: expect.stringContaining('comes twice') });
});

test('the message names what an entry is packed with', async () => {
  await using rig = await ArchiveRig.open();
  const extracting = rig.extract('a.zip', rawZip([{ name: 'dir/a', content: 'x', method: 93 }]));
  await expect(extracting).rejects.toMatchObject({
    message: expect.stringContaining('dir/a is packed by method 93 (Zstandard)'),
  });
});

async function request(rig: ArchiveRig, archive: string, given: Partial<UnpackRequest>): Promise<UnpackRequest> {
  const folder = rig.path('aside');
  await mkdir(folder, { recursive: true });
  return {
    archive,
    folder,
    strip: 0,
    isFinal: false,
    limits: DEFAULT_LIMITS,
    signal: undefined,
    progress: () => {},
    ...given,
  };
}

/** Bytes that do not compress, the same each time. */
function noise(bytes: number): Buffer {
  let state = 42;
  return Buffer.from(Array.from({ length: bytes }, () => (state = Math.imul(state, 1103515245) + 12345) >>> 16));
}
