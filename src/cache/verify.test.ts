import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cache, CacheVerification, CompleteEntry } from './index.js';
import { acquisition, CacheRig, entryId } from './testing/rig.js';

let rig: CacheRig;
beforeAll(async () => {
  rig = await CacheRig.create();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

const LARGE = 3 * 1024 * 1024;

/** A cache with one entry, made by a process that has ended: nothing uses it. */
async function cacheWithEntry(): Promise<{ cache: Cache; entry: CompleteEntry; root: string }> {
  const root = await rig.ownRoot();
  await using builder = await rig.open({ root });
  const entry = await build(builder, 'tool');
  return { root, entry, cache: await rig.open({ root }) };
}

async function build(cache: Cache, name: string): Promise<CompleteEntry> {
  const acquired = await cache.acquire(entryId(name), acquisition().options);
  if (acquired.kind !== 'attempt') throw new Error('complete');
  const { asset } = acquired.attempt.folders;
  await mkdir(join(asset, 'bin'));
  await writeFile(join(asset, 'bin', 'tool'), name, { mode: 0o755 });
  await writeFile(join(asset, 'data'), Buffer.alloc(LARGE, 7));
  await symlink('bin/tool', join(asset, 'link'));
  return acquired.attempt.commit({ keyInputs: {}, durations: {}, origin: [] });
}

/** Does to a read-only asset what a broken disk or a careless person may do. */
async function inside(folder: string, act: () => Promise<unknown>): Promise<void> {
  await chmod(folder, 0o755);
  await act();
  await chmod(folder, 0o555);
}

/** A new content in the same file: not even its mode differs. */
async function overwrite(path: string, content: string | Uint8Array): Promise<void> {
  const { mode } = await stat(path);
  await chmod(path, 0o644);
  await writeFile(path, content);
  await chmod(path, mode & 0o777);
}

function only({ entries }: CacheVerification): CacheVerification['entries'][number] {
  expect(entries).toHaveLength(1);
  return entries[0]!;
}

describe('verifying a cache', () => {
  test('finds nothing in entries that are whole, whatever happened to the times of their files', async () => {
    const { cache, entry } = await cacheWithEntry();
    await using _open = cache;
    await utimes(join(entry.assetDir, 'data'), 1, 1);
    const verification = await cache.verify();
    expect(verification.sound).toBe(true);
    expect(only(verification)).toEqual({
      ...{ entry: expect.stringMatching(/^test\.tool@v1\/linux-x86_64-/), path: join(entry.assetDir, '..') },
      ...{ status: 'whole', damage: [], quarantine: null, bytes: LARGE + 4, files: 3 },
    });
  });

  test('finds a changed byte in a small and in a large file, though size and time are the same', async () => {
    const { cache, entry } = await cacheWithEntry();
    await using _open = cache;
    for (const [path, content] of [
      ['bin/tool', 'fool'],
      ['data', Buffer.alloc(LARGE, 7).fill(8, LARGE - 1)],
    ] as const) {
      await overwrite(join(entry.assetDir, path), content);
    }
    const verification = await cache.verify();
    expect(verification.sound).toBe(false);
    expect(only(verification)).toMatchObject({
      status: 'broken',
      damage: [
        { kind: 'changed', path: 'bin/tool', detail: 'content' },
        { kind: 'changed', path: 'data', detail: 'content' },
      ],
    });
  });

  test('finds files that are missing, that were added, and that are something else now', async () => {
    const { cache, entry } = await cacheWithEntry();
    await using _open = cache;
    const at = (path: string): string => join(entry.assetDir, path);
    await inside(at('bin'), async () => {
      await unlink(at('bin/tool'));
      await writeFile(at('bin/extra'), '');
    });
    await inside(entry.assetDir, async () => {
      await unlink(at('link'));
      await symlink('elsewhere', at('link'));
      await chmod(at('data'), 0o644);
      await mkdir(at('more'));
    });
    expect(only(await cache.verify()).damage).toEqual([
      { kind: 'extra', path: 'bin/extra', detail: 'file' },
      { kind: 'missing', path: 'bin/tool', detail: 'file' },
      { kind: 'changed', path: 'data', detail: 'mode 444 → 644' },
      { kind: 'changed', path: 'link', detail: 'target' },
      { kind: 'extra', path: 'more', detail: 'folder' },
    ]);
  });

  test.each([
    ['a cut marker', 'marker', (entry: string) => writeFile(join(entry, 'complete.json'), '{"version":1,')],
    ['an empty marker', 'marker', (entry: string) => writeFile(join(entry, 'complete.json'), '')],
    [
      'the marker of another entry',
      'marker',
      async (entry: string) => {
        const marker = JSON.parse(await readFile(join(entry, 'complete.json'), 'utf8')) as object;
        await writeFile(join(entry, 'complete.json'), JSON.stringify({ ...marker, identity: 'test.other@v1' }));
      },
    ],
    ['no asset folder', 'asset', (entry: string) => rm(join(entry, 'asset'), { recursive: true })],
    ['no inventory', 'fingerprint', (entry: string) => unlink(join(entry, 'fingerprint.json'))],
    ['a cut inventory', 'fingerprint', (entry: string) => writeFile(join(entry, 'fingerprint.json'), '{"version":1')],
    [
      'an inventory that lists less',
      'fingerprint',
      (entry: string) => writeFile(join(entry, 'fingerprint.json'), '{"version":1,"files":[]}'),
    ],
  ] as const)('finds %s', async (_what, kind, damage) => {
    const { cache, entry } = await cacheWithEntry();
    await using _open = cache;
    const folder = join(entry.assetDir, '..');
    for (const name of ['asset', 'asset/bin']) await chmod(join(folder, name), 0o755);
    await damage(folder);
    expect(only(await cache.verify())).toMatchObject({ status: 'broken', damage: [{ kind, path: null }] });
  });

  test('passes over what is being built, and what a killed build left', async () => {
    const { cache, root } = await cacheWithEntry();
    await using _open = cache;
    await using builder = await rig.spawn({ root });
    await builder.call({ kind: 'acquire', id: entryId('building') });
    const victim = await rig.spawn({ root });
    await victim.call({ kind: 'acquire', id: entryId('killed') });
    await victim.kill();
    const verification = await cache.verify();
    expect(verification.sound).toBe(true);
    expect(only(verification).entry).toContain(entryId('tool').key.slice(0, 16));
  });

  test('passes over a damaged marker where somebody is at work, but not where such a process was killed', async () => {
    const { cache, root, entry } = await cacheWithEntry();
    await using _open = cache;
    await writeFile(join(entry.assetDir, '..', 'complete.json'), '');
    const builder = await rig.spawn({ root });
    await builder.call({ kind: 'acquire', id: entryId('tool') });
    await writeFile(join(entry.assetDir, '..', 'complete.json'), '{');
    expect((await cache.verify()).entries).toEqual([]);
    await builder.kill();
    expect(only(await cache.verify()).status).toBe('broken');
  });

  test('writes nothing and takes no lock', async () => {
    const { cache, root } = await cacheWithEntry();
    await using _open = cache;
    const before = await rig.list(root);
    await cache.verify();
    expect(await rig.list(root)).toEqual(before);
  });

  test('tells of each entry as it goes, and ends when it is told to', async () => {
    const { cache, root } = await cacheWithEntry();
    await using _open = cache;
    await using other = await rig.open({ root });
    await build(other, 'second');
    const told: unknown[] = [];
    await cache.verify({ onEntry: ({ status }, { done, total }) => void told.push([status, done, total]) });
    expect(told).toEqual([
      ['whole', 1, 2],
      ['whole', 2, 2],
    ]);
    const stop = AbortSignal.abort(new Error('stopped'));
    await expect(cache.verify({ signal: stop })).rejects.toThrow('stopped');
  });
});

describe('repairing a cache', () => {
  test('moves a broken entry away as a whole, so that the next run builds it again', async () => {
    const { cache, root, entry } = await cacheWithEntry();
    await using _open = cache;
    await overwrite(join(entry.assetDir, 'data'), 'x');
    const verification = await cache.verify({ repair: true });
    expect(verification.sound).toBe(true);
    const { status, damage, quarantine } = only(verification);
    expect([status, damage]).toEqual(['repaired', [{ kind: 'changed', path: 'data', detail: `size ${LARGE} → 1` }]]);
    expect(await readFile(join(quarantine!, 'asset', 'data'), 'utf8')).toBe('x');
    expect(await readdir(join(root, 'assets'))).toEqual([]);
    expect(await cache.find(entryId('tool'))).toBeUndefined();
    await build(cache, 'tool');
    expect(only(await cache.verify())).toMatchObject({ status: 'whole' });
  });

  test('leaves whole entries where they are', async () => {
    const { cache } = await cacheWithEntry();
    await using _open = cache;
    expect(only(await cache.verify({ repair: true }))).toMatchObject({ status: 'whole', quarantine: null });
    expect(await cache.find(entryId('tool'))).toBeDefined();
  });

  test('does not take a broken entry from a process that uses it', async () => {
    const { cache, root, entry } = await cacheWithEntry();
    await using _open = cache;
    await using user = await rig.spawn({ root });
    await user.call({ kind: 'acquire', id: entryId('tool') });
    await overwrite(join(entry.assetDir, 'data'), 'x');
    const verification = await cache.verify({ repair: true });
    expect([verification.sound, only(verification).status]).toEqual([false, 'in-use']);
    await user.call({ kind: 'close' });
    expect(only(await cache.verify({ repair: true })).status).toBe('repaired');
  });
});
