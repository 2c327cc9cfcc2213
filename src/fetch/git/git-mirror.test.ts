import { expect, test } from '@jest/globals';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FetchRig } from '../fetch-rig.js';
import { commitAll, git, headOf, keepRepositories, makeRepository } from './git-rig.js';

const { signal } = new AbortController();

test('a commit that was fetched once is there when the repository is not', async () => {
  await using rig = await FetchRig.open();
  const { path, commits } = await makeRepository(rig);
  const { options, locks, atRelease } = keepRepositories(rig);
  await rig.fetchOne({ source: 'kit.git', ref: commits[0]! }, { fetcher: rig.fetcher(options) });
  await rm(path, { recursive: true });
  const file = await rig.fetchOne(
    { source: 'kit.git', ref: commits[0]! },
    { fetcher: rig.fetcher({ ...options, offline: true }) },
  );
  expect(await headOf(file)).toBe(commits[0]);
  expect(await readFile(join(file.path, 'file'), 'utf8')).toBe('one');
  expect(locks).toEqual([expect.stringMatching(/^git\.[0-9a-f]{64}$/)]);
  expect(atRelease).toEqual([[`refs/fettle/${commits[0]!}`]]);
});

test('what is kept has no history, and grows with what is asked for', async () => {
  await using rig = await FetchRig.open();
  const { commits } = await makeRepository(rig);
  const { options, folders } = keepRepositories(rig);
  for (const ref of ['main', 'v1', 'main']) {
    await rig.fetchOne({ source: 'kit.git', ref }, { fetcher: rig.fetcher(options) });
  }
  const [mirror = ''] = await folders();
  const kept = await git(mirror, 'for-each-ref', '--format=%(refname)');
  expect(kept.split('\n').sort()).toEqual(commits.map((commit) => `refs/fettle/${commit}`).sort());
});

test('a branch that has moved is asked for again', async () => {
  await using rig = await FetchRig.open();
  const { path } = await makeRepository(rig);
  const { options } = keepRepositories(rig);
  await rig.fetchOne({ source: 'kit.git', ref: 'main' }, { fetcher: rig.fetcher(options) });
  await rig.write('kit.git/file', 'three');
  const moved = await commitAll(path, 'three');
  const file = await rig.fetchOne({ source: 'kit.git', ref: 'main' }, { fetcher: rig.fetcher(options) });
  expect(file.digest).toBe(moved);
});

test('an older commit comes although only the newest has been kept', async () => {
  await using rig = await FetchRig.open();
  const { path, commits } = await makeRepository(rig);
  // As older servers do: only what a branch or tag points at is given alone.
  await git(path, 'config', 'protocol.version', '0');
  await git(path, 'tag', '--delete', 'v1');
  const { options } = keepRepositories(rig);
  const host = rig.host({ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.version', GIT_CONFIG_VALUE_0: '0' });
  for (const ref of ['main', commits[0]!]) {
    const file = await rig.fetchOne({ source: 'kit.git', ref }, { fetcher: rig.fetcher({ ...options, host }) });
    expect(file.digest).toBe(commits[ref === 'main' ? 1 : 0]);
  }
});

test('a mirror whose making was cut short is made again', async () => {
  await using rig = await FetchRig.open();
  await makeRepository(rig);
  const { options, folders } = keepRepositories(rig);
  await rig.fetchOne({ source: 'kit.git', ref: 'v1' }, { fetcher: rig.fetcher(options) });
  const [mirror = ''] = await folders();
  for (const lost of ['HEAD', 'config']) await rm(join(mirror, lost));
  const file = await rig.fetchOne({ source: 'kit.git', ref: 'main' }, { fetcher: rig.fetcher(options) });
  expect(await readFile(join(file.path, 'file'), 'utf8')).toBe('two');
});

test('a clone is whole without the mirror it came from', async () => {
  await using rig = await FetchRig.open();
  await makeRepository(rig);
  const { options } = keepRepositories(rig);
  const file = await rig.fetchOne({ source: 'kit.git', ref: 'v1' }, { fetcher: rig.fetcher(options) });
  await rm(join(rig.folder, 'store'), { recursive: true });
  expect(await git(file.path, 'fsck', '--connectivity-only')).not.toContain('missing');
  expect(await git(file.path, 'status', '--porcelain')).toBe('');
});

test('offline, a commit that is not kept and a branch of a distant repository are refused by name', async () => {
  await using rig = await FetchRig.open();
  const fetcher = rig.fetcher({ ...keepRepositories(rig).options, offline: true });
  for (const ref of ['main', 'a'.repeat(40)]) {
    const source = `${rig.origin}/kit.git`;
    await expect(rig.fetchOne({ source, ref }, { fetcher })).rejects.toMatchObject({
      code: 'E_OFFLINE',
      facts: { source },
    });
  }
  expect(rig.requests).toEqual([]);
});

test.each([
  ['a branch', 'main', 1],
  ['an annotated tag', 'v1', 0],
  ['a full ref', 'refs/heads/main', 1],
  ['the default branch', 'HEAD', 1],
])('%s is pinned to its commit, and nothing is left behind', async (_what, ref, index) => {
  await using rig = await FetchRig.open();
  const { commits } = await makeRepository(rig);
  const request = rig.parse({ source: 'kit.git', ref });
  const pinned = await rig.fetcher().pin(request, signal);
  expect(pinned).toEqual({
    request: { ...request, ref: commits[index] },
    fileName: 'kit.git',
    url: 'kit.git',
    integrity: undefined,
    commit: commits[index],
    warnings: [],
  });
  expect((await readdir(rig.folder)).sort()).toEqual(['kit.git']);
});

test('a short commit id is pinned too, and a full one without asking anybody', async () => {
  await using rig = await FetchRig.open();
  const { commits } = await makeRepository(rig);
  const fetcher = rig.fetcher();
  const short = await fetcher.pin(rig.parse({ source: 'kit.git', ref: commits[0]!.slice(0, 8) }), signal);
  expect(short.commit).toBe(commits[0]);
  const full = await fetcher.pin(rig.parse({ source: 'nowhere.git', ref: 'A'.repeat(40) }), signal);
  expect(full).toMatchObject({ commit: 'a'.repeat(40), request: { ref: 'a'.repeat(40) } });
});

test('a branch wins over nothing, a tag over a branch of its name', async () => {
  await using rig = await FetchRig.open();
  const { path, commits } = await makeRepository(rig);
  await git(path, 'branch', 'v1', commits[1]!);
  const pinned = await rig.fetcher().pin(rig.parse({ source: 'kit.git', ref: 'v1' }), signal);
  expect(pinned.commit).toBe(commits[0]);
});
