import { expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { ArchiveRig, makeTar } from '../archive-rig.js';
import { makeDeb } from '../testing/make-deb.js';

const DATA = makeTar([
  { name: './', type: '5' },
  { name: './usr/bin/tool', content: '#!/bin/sh\n', mode: 0o755 },
]);

test.each([
  ['data.tar', DATA],
  ['data.tar/', DATA],
  ['data.tar.gz', gzipSync(DATA)],
])('the files of a Debian package are unpacked from %s, and nothing else', async (name, data) => {
  await using rig = await ArchiveRig.open();
  expect(await rig.extract('tool.deb', makeDeb(name, data))).toBe(1);
  expect(await rig.tree()).toEqual({ 'usr/bin/tool': '#!/bin/sh\n' });
});

test('a kind of compression that is not known is named', async () => {
  await using rig = await ArchiveRig.open();
  await expect(rig.extract('tool.deb', makeDeb('data.tar.lzma', DATA))).rejects.toMatchObject({
    code: 'E_ARCHIVE',
    facts: { entry: 'data.tar.lzma' },
  });
});

test('one that is cut off, wherever, is an error and leaves nothing', async () => {
  await using rig = await ArchiveRig.open();
  const whole = makeDeb('data.tar.gz', gzipSync(DATA));
  // The last byte may be one that only fills up.
  for (let end = 0; end < whole.length - 1; end += 1) {
    await expect(rig.extract('tool.deb', whole.subarray(0, end))).rejects.toMatchObject({ code: 'E_ARCHIVE' });
  }
  expect(await rig.tree()).toEqual({});
});

test('one without files is an error', async () => {
  await using rig = await ArchiveRig.open();
  await expect(rig.extract('tool.deb', makeDeb('other', DATA))).rejects.toMatchObject({ code: 'E_ARCHIVE' });
});
