import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmod, lstat, mkdir, readFile, readdir, rmdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Attempt, Cache, EntryId } from './index.js';
import { acquisition, CacheRig, entryId } from './testing/rig.js';

const RECORD = {
  keyInputs: { options: { version: '1' } },
  durations: { build: 5 },
  origin: [{ url: 'file:///a', digest: null }],
};

let rig: CacheRig;
beforeAll(async () => {
  rig = await CacheRig.create();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

async function begin(cache: Cache, id: EntryId): Promise<Attempt> {
  const acquired = await cache.acquire(id, acquisition().options);
  if (acquired.kind !== 'attempt') throw new Error('the entry is complete already');
  return acquired.attempt;
}

async function build(cache: Cache, id: EntryId): Promise<string> {
  const attempt = await begin(cache, id);
  await writeFile(join(attempt.folders.asset, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
  return (await attempt.commit(RECORD)).assetDir;
}

describe('an attempt that commits', () => {
  test('starts with four empty folders that are siblings, and fetch_dir is called fetch', async () => {
    await using cache = await rig.open();
    await using attempt = await begin(cache, entryId('empty'));
    const { asset, fetch, stage, tmp } = attempt.folders;
    expect([asset, fetch, stage, tmp].map((folder) => folder.slice(folder.lastIndexOf('/') + 1))).toEqual([
      'asset',
      'fetch',
      'stage',
      'tmp',
    ]);
    for (const folder of [asset, fetch, stage, tmp]) expect(await readdir(folder)).toEqual([]);
  });

  test('makes the folders beside that of the asset for those who ask for them', async () => {
    await using cache = await rig.open();
    await using attempt = await begin(cache, entryId('on-demand'));
    const { asset, stage } = attempt.paths;
    const entry = dirname(asset);
    expect(await readdir(entry)).toEqual(['asset']);
    expect(attempt.folders.stage).toBe(stage);
    expect((await readdir(entry)).sort()).toEqual(['asset', 'stage']);
    const { fetch, tmp } = attempt.folders;
    expect({ asset, fetch, stage, tmp }).toEqual(attempt.paths);
    expect((await readdir(entry)).sort()).toEqual(['asset', 'fetch', 'stage', 'tmp']);
  });

  test('tells what keeps a folder from being made when it is asked for', async () => {
    await using cache = await rig.open();
    await using attempt = await begin(cache, entryId('in-the-way'));
    await writeFile(attempt.paths.tmp, '');
    expect(() => attempt.folders.tmp).toThrow(expect.objectContaining({ code: 'E_CACHE' }));
  });

  test('makes an entry that is found from then on, with what the marker recorded', async () => {
    await using cache = await rig.open({ noFsync: false });
    const id = entryId('found');
    expect(await cache.find(id)).toBeUndefined();
    const assetDir = await build(cache, id);
    expect(await cache.find(id)).toEqual({
      ...{ id, assetDir, durations: RECORD.durations },
      ...{ origin: RECORD.origin, bytes: 10, files: 1, completedAt: expect.any(Number) },
    });
    const again = await cache.acquire(id, acquisition().options);
    expect(again.kind).toBe('complete');
  });

  test('leaves only the asset, its fingerprint and the marker', async () => {
    await using cache = await rig.open();
    const attempt = await begin(cache, entryId('tidy'));
    await writeFile(join(attempt.folders.fetch, 'archive'), 'x');
    await mkdir(join(attempt.folders.stage, 'deep'));
    const entry = await attempt.commit(RECORD);
    expect((await readdir(join(entry.assetDir, '..'))).sort()).toEqual(['asset', 'complete.json', 'fingerprint.json']);
  });

  test('makes files and folders read-only and keeps them executable, without following links', async () => {
    await using cache = await rig.open();
    const attempt = await begin(cache, entryId('modes'));
    const outside = join(rig.root, 'outside');
    await writeFile(outside, 'mine', { mode: 0o644 });
    await mkdir(join(attempt.folders.asset, 'bin'));
    await writeFile(join(attempt.folders.asset, 'bin', 'tool'), '');
    await chmod(join(attempt.folders.asset, 'bin', 'tool'), 0o777);
    await symlink(outside, join(attempt.folders.asset, 'link'));
    const { assetDir } = await attempt.commit(RECORD);
    const mode = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777;
    expect(await mode(join(assetDir, 'bin', 'tool'))).toBe(0o555);
    expect((await mode(join(assetDir, 'bin'))) & 0o222).toBe(0);
    expect((await mode(assetDir)) & 0o222).toBe(0);
    expect(await mode(outside)).toBe(0o644);
  });

  test('writes a fingerprint with size, mode, time, link target and digest of each file', async () => {
    await using cache = await rig.open();
    const attempt = await begin(cache, entryId('fingerprint'));
    await mkdir(join(attempt.folders.asset, 'lib'));
    await writeFile(join(attempt.folders.asset, 'lib', 'a.so'), '12345', { mode: 0o644 });
    await symlink('a.so', join(attempt.folders.asset, 'lib', 'b.so'));
    const { assetDir } = await attempt.commit(RECORD);
    const fingerprint = JSON.parse(await readFile(join(assetDir, '..', 'fingerprint.json'), 'utf8'));
    expect(fingerprint.files).toEqual([
      expect.objectContaining({ path: 'lib', kind: 'folder', mode: 0o555 }),
      {
        ...{ path: 'lib/a.so', kind: 'file', size: 5, mode: 0o444, mtime: expect.any(Number) },
        sha256: '5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5',
      },
      expect.objectContaining({ path: 'lib/b.so', kind: 'symlink', target: 'a.so' }),
    ]);
  });

  test('commits an empty asset', async () => {
    await using cache = await rig.open();
    const attempt = await begin(cache, entryId('nothing'));
    expect(await attempt.commit(RECORD)).toMatchObject({ files: 0, bytes: 0 });
  });

  test('is refused when the install folder was replaced by a link, and what that points to stays as it is', async () => {
    await using cache = await rig.open();
    await using attempt = await begin(cache, entryId('link'));
    const elsewhere = join(rig.root, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'mine'), '', { mode: 0o644 });
    await rmdir(attempt.folders.asset);
    await symlink(elsewhere, attempt.folders.asset);
    await expect(attempt.commit(RECORD)).rejects.toMatchObject({
      code: 'E_FILE',
      facts: { path: attempt.folders.asset, got: 'a symbolic link' },
    });
    expect((await lstat(join(elsewhere, 'mine'))).mode & 0o777).toBe(0o644);
    expect(await cache.find(entryId('link'))).toBeUndefined();
  });

  test('cannot commit twice', async () => {
    await using cache = await rig.open();
    const attempt = await begin(cache, entryId('twice'));
    await attempt.commit(RECORD);
    await expect(attempt.commit(RECORD)).rejects.toThrow('cannot commit');
  });

  test('tells a full disk as such, and can still be abandoned', async () => {
    await using cache = await rig.open();
    const attempt = await begin(cache, entryId('full'));
    await writeFile(join(attempt.folders.asset, 'a'), 'x');
    // Writing the fingerprint meets a device that is always full.
    await symlink('/dev/full', join(attempt.folders.asset, '..', 'fingerprint.json'));
    await expect(attempt.commit(RECORD)).rejects.toMatchObject({
      code: 'E_DISK_FULL',
      hint: expect.stringContaining('room'),
    });
    expect(await cache.find(entryId('full'))).toBeUndefined();
    await attempt.abandon({ keepFetch: false });
    await expect(lstat(join(attempt.folders.asset, '..'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('an attempt that ends without a commit', () => {
  test('keeps its downloads for the next attempt and nothing else', async () => {
    await using cache = await rig.open();
    const id = entryId('failed');
    {
      await using attempt = await begin(cache, id);
      await writeFile(join(attempt.folders.fetch, 'archive'), 'x');
      await writeFile(join(attempt.folders.asset, 'half'), 'x');
      await writeFile(join(attempt.folders.stage, 'half'), 'x');
    }
    await using next = await begin(cache, id);
    expect(await readdir(next.folders.fetch)).toEqual(['archive']);
    for (const folder of [next.folders.asset, next.folders.stage, next.folders.tmp])
      expect(await readdir(folder)).toEqual([]);
  });

  test('leaves no trace in the cache when there are no downloads', async () => {
    await using cache = await rig.open();
    const id = entryId('trace', { identity: 'test.trace@v1' });
    const attempt = await begin(cache, id);
    await writeFile(join(attempt.folders.asset, 'half'), 'x');
    await attempt.abandon({ keepFetch: true });
    expect(await readdir(join(rig.root, 'assets'))).not.toContain('test.trace@v1');
  });

  test('removes the downloads too when told so', async () => {
    await using cache = await rig.open();
    const id = entryId('purge', { identity: 'test.purge@v1' });
    const attempt = await begin(cache, id);
    await writeFile(join(attempt.folders.fetch, 'archive'), 'x');
    await attempt.abandon({ keepFetch: false });
    await attempt[Symbol.asyncDispose]();
    expect(await readdir(join(rig.root, 'assets'))).not.toContain('test.purge@v1');
  });

  test('gets rid of read-only folders, as a user without special rights', async () => {
    const root = await rig.ownRoot();
    await using user = await rig.spawn({ root, ...(process.getuid?.() === 0 && { uid: 65534 }) });
    const id = entryId('stubborn');
    const acquired = (await user.call({ kind: 'acquire', id })) as { folders: Record<string, string> };
    await user.call({ kind: 'write', folder: 'asset', name: 'a', text: 'x' });
    // A commit that fails late leaves a sealed asset behind.
    await user.call({ kind: 'block-fingerprint' });
    await expect(user.call({ kind: 'commit' })).rejects.toMatchObject({ code: 'E_CACHE' });
    expect((await lstat(acquired.folders['asset'] ?? '')).mode & 0o222).toBe(0);
    await user.call({ kind: 'abandon' });
    await user.call({ kind: 'close' });
    expect(await rig.list(join(root, 'assets'))).toEqual([]);
    expect(await rig.list(join(root, 'trash'))).toEqual([]);
  });
});
