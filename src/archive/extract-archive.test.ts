import { describe, expect, test } from '@jest/globals';
import { access, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ArchiveRig, makeTar, makeTarGz, makeZip, type TestEntry } from './archive-rig.js';

const PACKERS = {
  'a.tar': (entries: readonly TestEntry[]) => makeTar(entries),
  'a.tar.gz': (entries: readonly TestEntry[]) => makeTarGz(entries),
  'a.zip': (entries: readonly TestEntry[]) => makeZip(entries),
};

const PACKAGE: readonly TestEntry[] = [
  { name: 'pkg/', type: '5' },
  { name: 'pkg/bin/tool', content: '#!/bin/sh\n', mode: 0o755 },
  { name: 'pkg/share/readme.txt', content: 'read me' },
  { name: 'pkg/share/empty/', type: '5' },
  { name: 'pkg/tool', type: '2', linkTarget: 'bin/tool' },
];

test('dates before 1970 are those of the archive, of files and of folders', async () => {
  await using rig = await ArchiveRig.open();
  const before = { name: 'PaxHeader', type: 'x', content: '15 mtime=-10.5\n' };
  const archive = makeTar([before, { name: 'old', type: '5' }, before, { name: 'old/file', content: 'x' }]);
  expect(await rig.extract('a.tar', archive)).toBe(1);
  for (const place of ['old', 'old/file']) expect((await stat(rig.path(place))).mtimeMs).toBe(-10_500);
});

describe.each(Object.entries(PACKERS))('%s', (name, pack) => {
  test('files, folders, links and executable bits come out as they went in', async () => {
    await using rig = await ArchiveRig.open();
    expect(await rig.extract(name, pack(PACKAGE))).toBe(2);
    expect(await rig.tree()).toEqual({
      'pkg/bin/tool': '#!/bin/sh\n',
      'pkg/share/readme.txt': 'read me',
      'pkg/share/empty': '/',
      'pkg/tool': '-> bin/tool',
    });
    expect((await rig.mode('pkg/bin/tool')) & 0o700).toBe(0o700);
    expect((await rig.mode('pkg/share/readme.txt')) & 0o100).toBe(0);
  });

  test('dates are those of the archive', async () => {
    await using rig = await ArchiveRig.open();
    await rig.extract(name, pack(PACKAGE));
    expect((await stat(rig.path('pkg/share/readme.txt'))).mtime.getFullYear()).toBe(2001);
  });

  test('strip drops leading folders, and what lies higher', async () => {
    await using rig = await ArchiveRig.open();
    const entries = [...PACKAGE, { name: 'other/a/b.txt', content: 'b' }, { name: 'top.txt', content: 'top' }];
    expect(await rig.extract(name, pack(entries), { strip: 1 })).toBe(3);
    expect(await rig.tree()).toEqual({
      'bin/tool': '#!/bin/sh\n',
      'share/readme.txt': 'read me',
      'share/empty': '/',
      tool: '-> bin/tool',
      'a/b.txt': 'b',
    });
  });

  test('strip beyond the depth gives no file and no error', async () => {
    await using rig = await ArchiveRig.open();
    expect(await rig.extract(name, pack(PACKAGE), { strip: 9 })).toBe(0);
    expect(await rig.tree()).toEqual({});
  });

  test('start and end are told', async () => {
    await using rig = await ArchiveRig.open();
    await rig.extract(name, pack(PACKAGE));
    expect(rig.events).toEqual([
      { kind: 'extract:start', archive: join(rig.folder, name) },
      { kind: 'extract:end', archive: join(rig.folder, name), files: 2, bytes: 17, durationMs: expect.any(Number) },
    ]);
  });

  test('the last of two entries with one name wins', async () => {
    await using rig = await ArchiveRig.open();
    const entries: TestEntry[] = [
      { name: 'a', content: 'first, and longer' },
      { name: 'b', type: '2', linkTarget: 'a' },
      { name: 'c', content: 'a file' },
      { name: 'a', content: 'second', mode: 0o755 },
      { name: 'b', content: 'no link any more' },
      { name: 'c', type: '2', linkTarget: 'a' },
    ];
    expect(await rig.extract(name, pack(entries))).toBe(2);
    expect(await rig.tree()).toEqual({ a: 'second', b: 'no link any more', c: '-> a' });
    expect((await rig.mode('a')) & 0o100).toBe(0o100);
  });

  test('set-user-id bits are dropped, and the owner can always read, write and search', async () => {
    await using rig = await ArchiveRig.open();
    const entries: TestEntry[] = [
      { name: 'su', content: 'x', mode: 0o6755 },
      { name: 'locked/', type: '5', mode: 0o000 },
      { name: 'locked/file', content: 'y', mode: 0o000 },
    ];
    await rig.extract(name, pack(entries));
    expect((await rig.mode('su')) & 0o7000).toBe(0);
    expect((await rig.mode('locked')) & 0o700).toBe(0o700);
    expect((await rig.mode('locked/file')) & 0o600).toBe(0o600);
  });

  test('content that is there is kept, folders are merged and files replaced', async () => {
    await using rig = await ArchiveRig.open();
    await mkdir(rig.path('pkg/share'), { recursive: true });
    await writeFile(rig.path('pkg/share/readme.txt'), 'older');
    await writeFile(rig.path('pkg/share/mine.txt'), 'mine');
    await rig.extract(name, pack(PACKAGE));
    expect(await rig.tree()).toMatchObject({ 'pkg/share/readme.txt': 'read me', 'pkg/share/mine.txt': 'mine' });
  });

  test.each([
    ['climbs', [{ name: '../evil', content: 'x' }]],
    ['climbs in the middle', [{ name: 'a/../../evil', content: 'x' }]],
    ['is absolute', [{ name: '/tmp/fettle-evil', content: 'x' }]],
    ['is a link to an absolute path', [{ name: 'l', type: '2', linkTarget: '/etc' }]],
    ['is a link that climbs out', [{ name: 'd/l', type: '2', linkTarget: '../../evil' }]],
    [
      'climbs out through another link',
      [
        { name: 'a/b/up', type: '2', linkTarget: '../..' },
        { name: 'out', type: '2', linkTarget: 'a/b/up/../evil' },
      ],
    ],
    ['is a pipe', [{ name: 'p', type: '6' }]],
    [
      'lies below a link',
      [
        { name: 'l', type: '2', linkTarget: 'd' },
        { name: 'l/m', type: '2', linkTarget: 'x' },
      ],
    ],
  ] satisfies [string, TestEntry[]][])(
    'an entry that %s fails the whole archive and leaves nothing',
    async (_, entries) => {
      await using rig = await ArchiveRig.open();
      const extracting = rig.extract(name, pack([{ name: 'good', content: 'good' }, ...entries]));
      await expect(extracting).rejects.toMatchObject({
        code: 'E_ARCHIVE_UNSAFE',
        facts: { archive: join(rig.folder, name), entry: expect.any(String) },
      });
      expect(await rig.tree()).toEqual({});
      await expect(access(join(rig.folder, 'evil'))).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  test('files are never written through a link of the same archive', async () => {
    await using rig = await ArchiveRig.open();
    await mkdir(join(rig.folder, 'victim'));
    const entries: TestEntry[] = [
      { name: 'l', type: '2', linkTarget: '../victim' },
      { name: 'l/new/file', content: 'x' },
    ];
    await expect(rig.extract(name, pack(entries))).rejects.toMatchObject({ code: expect.stringMatching(/^E_ARCHIVE/) });
    await expect(access(join(rig.folder, 'victim/new'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await rig.tree()).toEqual({});
  });

  test('folders are not merged through a link that is there', async () => {
    await using rig = await ArchiveRig.open();
    await mkdir(join(rig.folder, 'elsewhere'));
    await mkdir(rig.out);
    await symlink(join(rig.folder, 'elsewhere'), rig.path('pkg'));
    await expect(rig.extract(name, pack(PACKAGE))).rejects.toMatchObject({
      code: 'E_ARCHIVE_UNSAFE',
      facts: { entry: 'pkg' },
    });
    expect(await rig.tree()).toEqual({ pkg: `-> ${join(rig.folder, 'elsewhere')}` });
  });

  test('a folder where a file is, and a file where a folder is, are refused before anything is moved', async () => {
    await using rig = await ArchiveRig.open();
    await mkdir(rig.path('z'), { recursive: true });
    const entries = [
      { name: 'a', content: 'a' },
      { name: 'z', content: 'z' },
    ];
    await expect(rig.extract(name, pack(entries))).rejects.toMatchObject({ code: 'E_ARCHIVE' });
    expect(await rig.tree()).toEqual({ z: '/' });
  });

  test('links that go in circles or nowhere are kept', async () => {
    await using rig = await ArchiveRig.open();
    const entries: TestEntry[] = [
      { name: 'a', type: '2', linkTarget: 'b' },
      { name: 'b', type: '2', linkTarget: 'a/x' },
      { name: 'c', type: '2', linkTarget: './d/../nowhere' },
    ];
    expect(await rig.extract(name, pack(entries))).toBe(0);
    expect(await rig.tree()).toEqual({ a: '-> b', b: '-> a/x', c: '-> ./d/../nowhere' });
  });

  test('a truncated archive is an error and leaves nothing', async () => {
    await using rig = await ArchiveRig.open();
    const whole = pack([...PACKAGE, { name: 'big', content: noise(200_000) }]);
    await expect(rig.extract(name, whole.subarray(0, 100_000))).rejects.toMatchObject({
      code: 'E_ARCHIVE',
      facts: { archive: join(rig.folder, name), format: expect.any(String), problem: expect.any(String) },
    });
    expect(await rig.tree()).toEqual({});
  });

  test('garbage under an archive name is an error', async () => {
    await using rig = await ArchiveRig.open();
    for (const garbage of ['', 'x', '<html>not found</html>'.repeat(100)]) {
      await expect(rig.extract(name, Buffer.from(garbage))).rejects.toMatchObject({ code: 'E_ARCHIVE' });
    }
    expect(await rig.tree()).toEqual({});
  });

  test('an abort ends with its reason and leaves nothing', async () => {
    await using rig = await ArchiveRig.open();
    const reason = new Error('stop');
    const extracting = rig.extract(name, pack(PACKAGE), { signal: AbortSignal.abort(reason) });
    await expect(extracting).rejects.toBe(reason);
  });
});

test('an abort in the middle of an archive ends with its reason and leaves nothing', async () => {
  await using rig = await ArchiveRig.open();
  const controller = new AbortController();
  const reason = new Error('stop');
  const archive = makeTarGz(Array.from({ length: 50 }, (_, index) => ({ name: `f${index}`, content: noise(50_000) })));
  const extracting = rig.extract('a.tar.gz', archive, {
    signal: controller.signal,
    onStart: () => setImmediate(() => controller.abort(reason)),
  });
  await expect(extracting).rejects.toBe(reason);
  expect(await rig.tree()).toEqual({});
});

test('hard links of a tar are files too, stripped alike, and may name a symbolic link', async () => {
  await using rig = await ArchiveRig.open();
  const archive = makeTar([
    { name: 'p/a', content: 'shared' },
    { name: 'p/s', type: '2', linkTarget: 'a' },
    { name: 'p/b', type: '1', linkTarget: 'p/a' },
    { name: 'p/t', type: '1', linkTarget: 'p/s' },
  ]);
  expect(await rig.extract('a.tar', archive, { strip: 1 })).toBe(2);
  expect(await rig.tree()).toEqual({ a: 'shared', b: 'shared', s: '-> a', t: '-> a' });
  expect((await stat(rig.path('a'))).ino).toBe((await stat(rig.path('b'))).ino);
});

test('a second file of one name leaves a hard link to the first alone', async () => {
  await using rig = await ArchiveRig.open();
  const archive = makeTar([
    { name: 'a', content: 'first' },
    { name: 'b', type: '1', linkTarget: 'a' },
    { name: 'a', content: 'second' },
  ]);
  expect(await rig.extract('a.tar', archive)).toBe(2);
  expect(await rig.tree()).toEqual({ a: 'second', b: 'first' });
});

test.each([['/etc/passwd'], ['../evil']])('a hard link to %s is unsafe', async (linkTarget) => {
  await using rig = await ArchiveRig.open();
  const extracting = rig.extract('a.tar', makeTar([{ name: 'h', type: '1', linkTarget }]));
  await expect(extracting).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE' });
});

test('an entry of a kind that would be lost, as a sparse file, is an error', async () => {
  await using rig = await ArchiveRig.open();
  const extracting = rig.extract('a.tar', makeTar([{ name: 'sparse', type: 'S', content: 'x' }]));
  await expect(extracting).rejects.toMatchObject({
    code: 'E_ARCHIVE',
    facts: { problem: expect.stringContaining('sparse') },
  });
});

test('a header with a wrong checksum in the middle of a tar is an error', async () => {
  await using rig = await ArchiveRig.open();
  const archive = makeTar([
    { name: 'a', content: 'a' },
    { name: 'b', content: 'b' },
  ]);
  archive[1024] = 0x7a;
  await expect(rig.extract('a.tar', archive)).rejects.toMatchObject({ code: 'E_ARCHIVE' });
});

test('a tar with no entry is extracted to nothing', async () => {
  await using rig = await ArchiveRig.open();
  expect(await rig.extract('a.tar', Buffer.alloc(10240))).toBe(0);
  expect(await rig.extract('b.tar.gz', gzipSync(Buffer.alloc(10240)))).toBe(0);
});

test('a zip whose content is not what its checksum says is an error', async () => {
  await using rig = await ArchiveRig.open();
  const archive = makeZip([{ name: 'a', content: 'content' }]);
  const directory = archive.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  archive.writeUInt32LE((archive.readUInt32LE(directory + 16) ^ 1) >>> 0, directory + 16);
  await expect(rig.extract('a.zip', archive)).rejects.toMatchObject({
    code: 'E_ARCHIVE',
    facts: { problem: expect.stringContaining('checksum') },
  });
});

test('a zip made without Unix modes gives usual modes', async () => {
  await using rig = await ArchiveRig.open();
  const entries = [
    { name: 'd', type: '5' },
    { name: 'd/a', content: 'a' },
  ];
  expect(await rig.extract('a.zip', makeZip(entries, 'dos'))).toBe(1);
  expect((await rig.mode('d/a')) & 0o700).toBe(0o600);
});

test('a wheel is unpacked like any zip', async () => {
  await using rig = await ArchiveRig.open();
  await rig.extract('a-1.0-py3-none-any.whl', makeZip([{ name: 'a/__init__.py', content: '' }]));
  expect(await rig.tree()).toEqual({ 'a/__init__.py': '' });
});

test('a missing archive and an unknown kind are told apart', async () => {
  await using rig = await ArchiveRig.open();
  await expect(rig.extract('notes.txt', Buffer.from('hello'))).rejects.toMatchObject({ code: 'E_ARCHIVE' });
  const missing = rig.extractFile(join(rig.folder, 'missing.tar'));
  await expect(missing).rejects.toMatchObject({ code: 'E_FILE', facts: { archive: join(rig.folder, 'missing.tar') } });
});

/** Bytes that do not compress, the same each time. */
function noise(bytes: number): Buffer {
  let state = 42;
  return Buffer.from(Array.from({ length: bytes }, () => (state = Math.imul(state, 1103515245) + 12345) >>> 16));
}
