import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as node from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examineMount } from './examine-mount.js';
import { kindOfType } from './file-system-kind.js';
import { Layout } from './layout.js';
import { probeMount, type MountOperations } from './probe-mount.js';

let folder: string;
beforeEach(async () => {
  folder = await node.mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => node.rm(folder, { recursive: true }));

const { link, mkdir, readFile, rename, stat, utimes, writeFile } = node;
const HONEST: MountOperations = { link, mkdir, readFile, rename, stat, utimes, writeFile };

/** What file systems have been seen to do. */
const LIARS: readonly (readonly [string, string, Partial<MountOperations>])[] = [
  [
    'a file that was replaced is still read as it was',
    'what one handle has written another one reads',
    { readFile: (path, encoding) => (path.endsWith('0/file') ? Promise.resolve('first') : readFile(path, encoding)) },
  ],
  [
    'mkdir succeeds where there is a folder',
    'of two who make one folder one is refused',
    { mkdir: (path) => mkdir(path, { recursive: true }) },
  ],
  [
    'exclusive creation is not exclusive',
    'of two who create one file one is refused',
    { writeFile: (path, text) => writeFile(path, text) },
  ],
  [
    'a link replaces what is there',
    'a link never replaces a file',
    {
      link: async (existing, name) => {
        await node.rm(name, { force: true });
        await link(existing, name);
      },
    },
  ],
  [
    'a folder replaces a full one',
    'a folder never replaces one that holds something',
    {
      rename: async (from, to) => {
        if (to.endsWith('lock')) await node.rm(to, { recursive: true, force: true });
        await rename(from, to);
      },
    },
  ],
  [
    'a rename succeeds for everybody',
    'of two who rename one file one is refused',
    { rename: (from, to) => rename(from, to).catch(() => undefined) },
  ],
  ['times cannot be set', 'the time of a file is the one it was given', { utimes: () => Promise.resolve() }],
];

describe('trying out a file system', () => {
  test('finds no fault in that of the temporary folder', async () => {
    expect(await probeMount(folder)).toEqual([]);
  });

  test.each(LIARS)('notices when %s', async (_what, promise, lie) => {
    expect(await probeMount(folder, { ...HONEST, ...lie })).toContain(promise);
  });

  test('is content without hard links', async () => {
    const refuse = (): Promise<void> => Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' }));
    expect(await probeMount(folder, { ...HONEST, link: refuse })).toEqual([]);
  });

  test('passes on what has nothing to do with promises', async () => {
    const full = (): Promise<void> => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    await expect(probeMount(folder, { ...HONEST, writeFile: full })).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});

describe('examining what a new cache lies on', () => {
  test('writes it down and leaves nothing else', async () => {
    await examineMount(new Layout(folder), process.pid);
    expect(await node.readdir(folder)).toEqual(['file-system.json']);
    expect(JSON.parse(await node.readFile(join(folder, 'file-system.json'), 'utf8'))).toEqual({
      type: process.platform === 'linux' ? expect.stringMatching(/^0x[0-9a-f]+$/) : null,
      network: null,
    });
  });

  test('refuses what cannot be relied on, and says why', async () => {
    const mkdirAlways: MountOperations['mkdir'] = (path) => mkdir(path, { recursive: true });
    await expect(
      examineMount(new Layout(folder), process.pid, { ...HONEST, mkdir: mkdirAlways }),
    ).rejects.toMatchObject({
      code: 'E_CACHE',
      facts: { path: folder, expected: 'of two who make one folder one is refused' },
      hint: expect.stringContaining('--cache-root'),
    });
    expect(await node.readdir(folder)).toEqual([]);
  });
});

describe('the kind of a file system', () => {
  test.each([
    [0x6969, '0x6969', 'NFS'],
    [0xff534d42, '0xff534d42', 'CIFS'],
    [0xff534d42 | 0, '0xff534d42', 'CIFS'],
    [0xfe534d42, '0xfe534d42', 'SMB2'],
    [0x65735546, '0x65735546', 'FUSE'],
    [0x01021997, '0x1021997', '9P'],
    [0xef53, '0xef53', null],
  ])('%d is %s, %s', (number, type, network) => {
    expect(kindOfType(number)).toEqual({ type, network });
  });
});
