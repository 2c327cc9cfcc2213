import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { link, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { evictableDownloads } from './evictable-downloads.js';
import { Layout, lockPaths } from './layout.js';
import type { EvictionParts } from './evict.js';
import { Trash } from './trash.js';

let layout: Layout;
let trash: Trash;

beforeEach(async () => {
  layout = new Layout(await mkdtemp(join(tmpdir(), 'fettle-')));
  trash = new Trash(layout, process.pid);
});
afterEach(() => rm(layout.root, { recursive: true, force: true }));

const found = (): ReturnType<typeof evictableDownloads> =>
  evictableDownloads({ layout, trash, pid: process.pid, now: Date.now } as unknown as EvictionParts);

async function download(name: string, time: number): Promise<string> {
  const path = join(layout.downloads, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'content');
  await utimes(path, time / 1000, time / 1000);
  return path;
}

test('each file is a download of its own, used last at its own time', async () => {
  await download('sha256/ab/abc', 1_000_000);
  await download('sha256/ab/abd', 2_000_000);
  const items = (await found()).map(({ kind, name, lastUsed }) => ({ kind, name, lastUsed }));
  expect(items.sort((left, right) => left.lastUsed - right.lastUsed)).toEqual([
    { kind: 'download', name: 'sha256/ab/abc', lastUsed: 1_000_000 },
    { kind: 'download', name: 'sha256/ab/abd', lastUsed: 2_000_000 },
  ]);
});

test.each(['git/abc', 'partial/sha256-abc'])('%s is one download, used last when anything in it was', async (name) => {
  for (const file of ['HEAD', 'objects/pack/old', 'refs/new']) {
    await download(`${name}/${file}`, file === 'refs/new' ? 2_000_000 : 1_000_000);
  }
  await utimes(join(layout.downloads, name), 1000, 1000);
  const [item, ...more] = await found();
  expect(item).toMatchObject({ name, lastUsed: 2_000_000 });
  expect(more).toEqual([]);
  await item?.remove();
  await trash.settled();
  expect(await readdir(dirname(join(layout.downloads, name)))).toEqual([]);
});

test('a file with two names is one download, and loses both', async () => {
  const first = await download('sha256/ab/abc', 1_000_000);
  const second = join(layout.downloads, 'sha512/cd/cde');
  await mkdir(dirname(second), { recursive: true });
  await link(first, second);
  const items = await found();
  expect(items).toHaveLength(1);
  expect(await items[0]?.remove()).toBe(true);
  await trash.settled();
  expect(await readdir(dirname(first))).toEqual([]);
  expect(await readdir(dirname(second))).toEqual([]);
});

test('nothing goes while anything is being built', async () => {
  await download('sha256/ab/abc', 1_000_000);
  const { folder, claim } = lockPaths(layout.locks, 'x');
  await mkdir(folder, { recursive: true });
  await writeFile(claim('somebody'), '');
  const [item] = await found();
  expect([await item?.isInUse(), await item?.remove()]).toEqual([true, false]);
  expect(await readdir(join(layout.downloads, 'sha256/ab'))).toEqual(['abc']);
});

test('a store that is not there has none', async () => {
  expect(await found()).toEqual([]);
});
