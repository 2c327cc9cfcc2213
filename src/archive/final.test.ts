import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { KnownDigests } from '../support/file-digests.js';
import { ArchiveRig, makeTar, makeTarGz, makeZip, type TestEntry } from './archive-rig.js';
import { extractArchive } from './index.js';
import { TreeWriter } from './tree-writer.js';

const LARGE = 'x'.repeat(3_000_000);
const ENTRIES: readonly TestEntry[] = [
  { name: 'd/tool', content: '#!/bin/sh\n', mode: 0o755 },
  { name: 'd/empty', content: '' },
  { name: 'd/large', content: LARGE },
  { name: 'd/link', type: '2', linkTarget: 'tool' },
];

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Lets the clock of the file system go on. */
async function nextTick(folder: string): Promise<void> {
  chmodSync(folder, 0o755);
  const before = statSync(folder).ctimeMs;
  while (statSync(folder).ctimeMs === before) {
    await new Promise((resolve) => setImmediate(resolve));
    chmodSync(folder, 0o755);
  }
}

test.each(Object.entries({ tar: makeTar(ENTRIES), 'tar.gz': makeTarGz(ENTRIES), zip: makeZip(ENTRIES) }))(
  'what comes out of a %s for good is read-only, and digests are right where they are told',
  async (name, bytes) => {
    await using rig = await ArchiveRig.open();
    const archive = await rig.write(name, bytes);
    const request = { archive, destination: rig.out, strip: 0, isFinal: true, emit: () => undefined };
    const { digests = new Uint8Array(0), ...counts } = await extractArchive(request);
    expect(counts).toEqual({ files: 3, bytes: 10 + LARGE.length });
    const known = new KnownDigests([digests]);
    for (const file of ['d/tool', 'd/empty', 'd/large']) {
      const stats = lstatSync(rig.path(file));
      expect(stats.mode & 0o222).toBe(0);
      expect([sha256(rig.path(file)), undefined]).toContain(known.digestOf(stats));
    }
    expect(lstatSync(rig.path('d/tool')).mode & 0o777).toBe(0o555);
  },
);

test('what comes out for others to work on can be written to, and no digests are told', async () => {
  await using rig = await ArchiveRig.open();
  const archive = await rig.write('a.tar', makeTar(ENTRIES));
  const result = await extractArchive({ archive, destination: rig.out, strip: 0, emit: () => undefined });
  expect(result).toEqual({ files: 3, bytes: 10 + LARGE.length });
  expect(lstatSync(rig.path('d/tool')).mode & 0o777).toBe(0o755);
});

test('the digest of each file is noted, but not where it was not written from front to end', async () => {
  await using rig = await ArchiveRig.open();
  mkdirSync(rig.out, { recursive: true });
  const writer = new TreeWriter(rig.out, { isFinal: true });
  const attributes = { mode: 0o644, modified: 1 };
  writeAll(writer, 'whole', (file) => {
    file.write(Buffer.from('in two '));
    file.write(Buffer.from('pieces'));
  });
  writeAll(writer, 'sparse', (file) => {
    file.write(Buffer.from('there'), 5);
  });
  writeAll(writer, 'resized', (file) => {
    file.write(Buffer.from('cut off'));
    file.resize(3);
  });
  await nextTick(rig.out);
  const known = new KnownDigests([(await writer.digests()) ?? new Uint8Array(0)]);
  const digestOf = (place: string): string | undefined => known.digestOf(lstatSync(rig.path(place)));
  expect(digestOf('whole')).toBe(createHash('sha256').update('in two pieces').digest('hex'));
  expect(digestOf('sparse')).toBeUndefined();
  expect(digestOf('resized')).toBeUndefined();

  function writeAll(to: TreeWriter, place: string, write: (file: ReturnType<TreeWriter['createFile']>) => void): void {
    using file = to.createFile(place, attributes);
    write(file);
    file.finish();
  }
});

test('the digest of much content is told, however soon after the last byte the writing ends', async () => {
  await using rig = await ArchiveRig.open();
  mkdirSync(rig.out, { recursive: true });
  const writer = new TreeWriter(rig.out, { isFinal: true });
  const content = Buffer.alloc(5 * 1024 * 1024, 'x');
  {
    using file = writer.createFile('large', { mode: 0o644, modified: undefined });
    file.write(content);
    file.finish();
  }
  const known = new KnownDigests([(await writer.digests()) ?? new Uint8Array(0)]);
  expect(known.digestOf(lstatSync(rig.path('large')))).toBe(sha256(rig.path('large')));
  writeFileSync(rig.path('large'), content);
  expect(known.digestOf(lstatSync(rig.path('large')))).toBeUndefined();
});
