import { expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ArchiveRig, makeTar, makeTarGz, makeZip } from './archive-rig.js';
import { archiveFormat, detectArchive } from './detect-archive.js';

const ENTRIES = [{ name: 'a', content: 'a' }];

test.each([
  ['a tar', 'download', makeTar(ENTRIES), 'tar'],
  ['a tar older than POSIX', 'download', makeTar(ENTRIES, 'v7'), 'tar'],
  ['a gzipped tar', 'download', makeTarGz(ENTRIES), 'tar.gz'],
  ['a gzipped tar under a wrong name', 'a.zip', makeTarGz(ENTRIES), 'tar.gz'],
  ['a zip', 'download', makeZip(ENTRIES), 'zip'],
  ['an empty zip', 'download', makeZip([]), 'zip'],
  ['a gzipped file that is no tar', 'a.gz', gzipSync('x'.repeat(2000)), undefined],
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
