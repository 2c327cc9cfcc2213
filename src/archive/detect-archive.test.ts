import { expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ArchiveRig, makeTar, makeTarGz, makeZip } from './archive-rig.js';
import { makeDeb } from './testing/make-deb.js';
import { archiveFormat, detectArchive } from './detect-archive.js';

const PACKED_TARS = {
  bzip2:
    'QlpoOTFBWSZTWWCQ5ZMAAGzbgMmAYABlgAAA4AAeAAgIIABUNJ6gAA9QSTVGgzRBmcdDQgewIRMeTyTXvhAiAgsxOBGGgdZqXwuS' +
    'NL20lNmYD4u5IpwoSDBIcsmA',
  xz:
    '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AFJdADCAM1AYaImDAdzibiEFRld82HL+/YrTwHbLjAH8uiYLZYknrX/IQyfcbIEZ' +
    '7NjBE74cliwPQ0yy8y2Zy9ECJ7g3x+URwu/JMrKc0cPCvwOUdwAAAAAaJVIsAe/PjwABboBQAAAAxwVAi7HEZ/sCAAAAAARZWg==',
  zstd: 'KLUv/QRolQEAggIHC9DndA0o3xasQXMZrX6t8LIdSvR8b/xXZP5bAQcgcB/7hcdz1PkzcSsRGM5PDgtyDIQM',
} as const;

/** A tar with one file `a`, as the program packs it. */
function packed(program: keyof typeof PACKED_TARS): Buffer {
  return Buffer.from(PACKED_TARS[program], 'base64');
}

const ENTRIES = [{ name: 'a', content: 'a' }];

test.each([
  ['a tar', 'download', makeTar(ENTRIES), 'tar'],
  ['a tar older than POSIX', 'download', makeTar(ENTRIES, 'v7'), 'tar'],
  ['a gzipped tar', 'download', makeTarGz(ENTRIES), 'tar.gz'],
  ['a gzipped tar under a wrong name', 'a.zip', makeTarGz(ENTRIES), 'tar.gz'],
  ['a zip', 'download', makeZip(ENTRIES), 'zip'],
  ['an empty zip', 'download', makeZip([]), 'zip'],
  ['a gzipped file that is no tar', 'a.gz', gzipSync('x'.repeat(2000)), 'gz'],
  ['a gzipped file whose name does not say so', 'vmlinuz', gzipSync('x'.repeat(2000)), undefined],
  ['a gzipped tar that is called a file', 'a.gz', makeTarGz(ENTRIES), 'tar.gz'],
  ['a tar packed with bzip2, whatever its name', 'download', packed('bzip2'), 'tar.bz2'],
  ['a tar packed with xz, whatever its name', 'download', packed('xz'), 'tar.xz'],
  ['a tar packed with zstd, whatever its name', 'download', packed('zstd'), 'tar.zst'],
  ['a tar packed with xz under a wrong name', 'a.tar.gz', packed('xz'), 'tar.xz'],
  ['a Debian package', 'download', makeDeb('data.tar', makeTar(ENTRIES)), 'deb'],
  ['a library of objects', 'lib.a', Buffer.from('!<arch>\nlib.o/          '), undefined],
  ['a damaged Debian package', 'a.deb', Buffer.from('oops'), 'deb'],
  ['a damaged tar of bzip2', 'a.tbz', Buffer.from('oops'), 'tar.bz2'],
  ['a damaged tar of xz', 'a.txz', Buffer.from('oops'), 'tar.xz'],
  ['a damaged tar of Zstandard', 'a.tar.zst', Buffer.from('oops'), 'tar.zst'],
  ['a damaged compressed file', 'a.xz', Buffer.from('oops'), 'xz'],
  ['a program', 'tool', Buffer.from('\x7fELF'), undefined],
  ['zeros', 'zeros', Buffer.alloc(4096), undefined],
  ['an empty file', 'empty', Buffer.alloc(0), undefined],
  ['a damaged archive, which its name gives away', 'a.tgz', Buffer.from('oops'), 'tar.gz'],
  ['a damaged crate', 'a.crate', Buffer.from('oops'), 'tar.gz'],
  ['a damaged wheel', 'a.whl', Buffer.from('oops'), 'zip'],
  ['a damaged tar, in capitals', 'A.TAR', Buffer.from('oops'), 'tar'],
  ['a program that is a zip', 'a.jar', makeZip(ENTRIES), undefined],
] as const)('%s is recognised', async (_, name, content, format) => {
  await using rig = await ArchiveRig.open();
  expect(await detectArchive(await rig.write(name, content))).toBe(format);
});

test('whoever asks to unpack a program that is a zip gets it unpacked', async () => {
  await using rig = await ArchiveRig.open();
  expect(await archiveFormat(await rig.write('a.jar', makeZip(ENTRIES)))).toBe('zip');
});

test('a folder is no archive, whatever its name', async () => {
  await using rig = await ArchiveRig.open();
  await mkdir(join(rig.folder, 'a.tar'));
  expect(await detectArchive(join(rig.folder, 'a.tar'))).toBeUndefined();
});
