import { describe, expect, test } from '@jest/globals';
import { chmod, mkdir, readdir, readlink, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestPath } from './digest-path.js';
import { hashFile } from './digests.js';
import { FetchRig, sha256 } from './fetch-rig.js';

describe('a local source', () => {
  test('is copied with its executable bit, by path or file URL', async () => {
    await using rig = await FetchRig.open();
    const tool = await rig.write('tool', 'content');
    await chmod(tool, 0o755);
    const [file] = await rig.fetchAll(['tool', { source: `file://${tool}`, dest: 'again' }]);
    expect(file).toEqual({
      path: join(rig.directory, 'tool'),
      fileName: 'tool',
      bytes: 7,
      digest: sha256('content').value,
      reused: false,
    });
    expect(await rig.fetched()).toEqual({ tool: 'content', again: 'content' });
    expect((await stat(join(rig.directory, 'tool'))).mode & 0o100).toBe(0o100);
  });

  test('is verified like any other', async () => {
    await using rig = await FetchRig.open();
    await rig.write('tool', 'content');
    expect(await rig.fetchOne({ source: 'tool', integrity: sha256('content') })).toMatchObject({ bytes: 7 });
    const fetching = rig.fetchOne({ source: 'tool', dest: 'other', integrity: sha256('else') });
    await expect(fetching).rejects.toMatchObject({
      code: 'E_CHECKSUM',
      facts: { url: 'tool', got: sha256('content').value },
    });
    expect(await rig.fetched()).toEqual({ tool: 'content' });
  });

  test('that is missing is an error with its whole path', async () => {
    await using rig = await FetchRig.open();
    const path = join(rig.folder, 'no/such');
    await expect(rig.fetchOne('no/such')).rejects.toMatchObject({ code: 'E_FETCH_MISSING', facts: { path } });
  });

  test('that is a folder is copied as one, its links as they are, in place of an older copy', async () => {
    await using rig = await FetchRig.open();
    await rig.write('kit/sub/a', 'a');
    await symlink('sub/a', join(rig.folder, 'kit/link'));
    await rig.write('fetch/kit/stale', 'stale');
    const file = await rig.fetchOne('kit');
    expect((await readdir(join(rig.directory, 'kit'))).sort()).toEqual(['link', 'sub']);
    expect(await readlink(join(rig.directory, 'kit/link'))).toBe('sub/a');
    expect(file).toMatchObject({ fileName: 'kit', digest: await digestPath(join(rig.folder, 'kit')) });
    expect(await readdir(rig.directory)).toEqual(['kit']);
  });

  test('that is a folder cannot have a digest', async () => {
    await using rig = await FetchRig.open();
    await mkdir(join(rig.folder, 'kit'));
    const fetching = rig.fetchOne({ source: 'kit', integrity: sha256('x') });
    await expect(fetching).rejects.toMatchObject({ code: 'E_INTEGRITY_SPEC' });
  });

  test('needs no network', async () => {
    await using rig = await FetchRig.open();
    await rig.write('tool', 'content');
    await rig.fetchOne('tool', { fetcher: rig.fetcher({ offline: true }) });
    expect(await rig.fetched()).toEqual({ tool: 'content' });
  });
});

test('a file is hashed with any algorithm', async () => {
  await using rig = await FetchRig.open();
  const file = await rig.write('a', 'content');
  expect(await hashFile(file)).toBe(sha256('content').value);
  expect(await hashFile(file, 'sha1')).toBe('040f06fd774092478d450774f5ba30c5da78acc8');
});

describe('the digest of a folder', () => {
  type Change = (rig: FetchRig) => Promise<unknown>;

  const build = async (rig: FetchRig): Promise<string> => {
    await rig.write('kit/b/file', 'content');
    await rig.write('kit/a', 'a');
    await symlink('a', join(rig.folder, 'kit/link'));
    return join(rig.folder, 'kit');
  };

  test.each<[string, Change]>([
    ['content', (rig) => rig.write('kit/a', 'b')],
    ['name', (rig) => rename(join(rig.folder, 'kit/a'), join(rig.folder, 'kit/c'))],
    ['place', (rig) => rename(join(rig.folder, 'kit/a'), join(rig.folder, 'kit/b/a'))],
    ['executable bit', (rig) => chmod(join(rig.folder, 'kit/a'), 0o755)],
    ['empty folder', (rig) => mkdir(join(rig.folder, 'kit/empty'))],
    [
      'target of a link',
      async (rig) => {
        await rm(join(rig.folder, 'kit/link'));
        await symlink('b', join(rig.folder, 'kit/link'));
      },
    ],
  ])('changes with every %s', async (_, change) => {
    await using rig = await FetchRig.open();
    const kit = await build(rig);
    const before = await digestPath(kit);
    await change(rig);
    expect(await digestPath(kit)).not.toBe(before);
  });

  test('does not change with dates, or where the folder lies', async () => {
    await using rig = await FetchRig.open();
    await using other = await FetchRig.open();
    const [first, second] = [await build(rig), await build(other)];
    await utimes(join(second, 'a'), 1, 1);
    expect(await digestPath(second)).toBe(await digestPath(first));
  });

  test('of what is not there is an error', async () => {
    await using rig = await FetchRig.open();
    await expect(digestPath(join(rig.folder, 'none'))).rejects.toMatchObject({ code: 'E_FETCH_MISSING' });
  });

  test('of a file differs from that of a folder with it', async () => {
    await using rig = await FetchRig.open();
    await writeFile(join(rig.folder, 'a'), 'x');
    expect(await digestPath(join(rig.folder, 'a'))).not.toBe(await digestPath(rig.folder));
  });
});
