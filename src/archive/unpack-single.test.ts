import { expect, test } from '@jest/globals';
import { stat, utimes } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { ArchiveRig } from './archive-rig.js';

test('a compressed file becomes the file of that name without the suffix, with the same date', async () => {
  await using rig = await ArchiveRig.open();
  const archive = await rig.write('tool-1.2.GZ', gzipSync('content'));
  await utimes(archive, 1_000_000_000, 1_000_000_000);
  expect(await rig.extractFile(archive)).toBe(1);
  expect(await rig.tree()).toEqual({ 'tool-1.2': 'content' });
  expect((await stat(rig.path('tool-1.2'))).mtimeMs).toBe(1_000_000_000_000);
  expect(rig.events.at(-1)).toMatchObject({ kind: 'extract:end', files: 1, bytes: 7 });
});

test('it lies at the top, where strip drops it', async () => {
  await using rig = await ArchiveRig.open();
  expect(await rig.extract('tool.gz', gzipSync('content'), { strip: 1 })).toBe(0);
  expect(await rig.tree()).toEqual({});
});

test('one that is cut off is an error and leaves nothing', async () => {
  await using rig = await ArchiveRig.open();
  const packed = gzipSync('content');
  for (let end = 0; end < packed.length; end += 1) {
    await expect(rig.extract('tool.gz', packed.subarray(0, end))).rejects.toMatchObject({ code: 'E_ARCHIVE' });
  }
  expect(await rig.tree()).toEqual({});
});

test('one that makes more than it may is refused before that is written', async () => {
  await using rig = await ArchiveRig.open();
  const extracting = rig.extract('tool.gz', gzipSync(Buffer.alloc(2_000_000)), { limits: { maxBytes: 1_000_000 } });
  await expect(extracting).rejects.toMatchObject({
    code: 'E_ARCHIVE_UNSAFE',
    facts: { entry: 'tool', limit: 1_000_000, reason: expect.stringContaining('bytes') },
  });
  expect(await rig.tree()).toEqual({});
});
