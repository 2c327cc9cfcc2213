import { expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FetchRig, sha256 } from '../fetch-rig.js';
import { git, makeRepository } from './git-rig.js';

test.each([
  ['a tag', () => 'v1', 0, 'one'],
  ['a branch', () => 'main', 1, 'two'],
  ['a full commit id', (commits: readonly string[]) => commits[0]!, 0, 'one'],
  ['a short commit id', (commits: readonly string[]) => commits[0]!.slice(0, 9), 0, 'one'],
])('a repository is cloned at %s, with a detached HEAD', async (_, refOf, index, content) => {
  await using rig = await FetchRig.open();
  const { commits } = await makeRepository(rig);
  const file = await rig.fetchOne({ source: 'kit.git', ref: refOf(commits) });
  const clone = join(rig.directory, 'kit.git');
  expect(file).toMatchObject({ path: clone, fileName: 'kit.git', digest: commits[index] });
  expect(await readFile(join(clone, 'file'), 'utf8')).toBe(content);
  expect(await git(clone, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('HEAD');
  expect(await readdir(rig.directory)).toEqual(['kit.git']);
  expect(rig.kinds()).toEqual(['download:start', 'download:end']);
});

test('clones go to their own folder when there is one, and the rest does not', async () => {
  await using rig = await FetchRig.open();
  const { commits } = await makeRepository(rig);
  await rig.write('tool', 'content');
  const requests = [rig.parse({ source: 'kit.git', ref: commits[1]! }), rig.parse('tool')];
  const cloneDirectory = join(rig.folder, 'stage');
  const { signal } = new AbortController();
  const files = await rig
    .fetcher()
    .fetchAll(requests, { directory: rig.directory, cloneDirectory, emit: () => undefined, signal });
  expect(files.map(({ path }) => path)).toEqual([join(cloneDirectory, 'kit.git'), join(rig.directory, 'tool')]);
});

test('a repository that our caller works in is left alone', async () => {
  await using rig = await FetchRig.open();
  await makeRepository(rig);
  const host = rig.host({ GIT_DIR: join(rig.folder, 'elsewhere'), GIT_WORK_TREE: rig.folder });
  await rig.fetchOne({ source: 'kit.git', ref: 'v1' }, { fetcher: rig.fetcher({ host }) });
  expect((await readdir(rig.folder)).sort()).toEqual(['fetch', 'kit.git']);
});

test('a ref that does not exist is an error with what git says, and leaves nothing', async () => {
  await using rig = await FetchRig.open();
  await makeRepository(rig);
  await expect(rig.fetchOne({ source: 'kit.git', ref: 'v9' })).rejects.toMatchObject({
    code: 'E_GIT',
    facts: { ref: 'v9', refs: ['main', 'v1'] },
    hint: expect.stringContaining('name of the branch'),
  });
  expect(await readdir(rig.directory)).toEqual([]);
});

test('a branch named like a commit id is not taken for that commit', async () => {
  await using rig = await FetchRig.open();
  const { path, commits } = await makeRepository(rig);
  const fake = 'a'.repeat(40);
  await git(path, 'update-ref', `refs/heads/${fake}`, commits[1]!);
  const fetching = rig.fetchOne({ source: 'kit.git', ref: fake });
  await expect(fetching).rejects.toMatchObject({ code: expect.stringMatching(/^E_(CHECKSUM|GIT)$/) });
  expect(await readdir(rig.directory)).toEqual([]);
});

test.each(['--upload-pack=touch evil', '-x', 'a b', 'HEAD~1', 'a:b', 'a..b', ''])(
  'the ref %j is refused',
  async (ref) => {
    await using rig = await FetchRig.open();
    const fetching = rig.fetchOne({ source: 'kit.git', ref });
    await expect(fetching).rejects.toMatchObject({ code: 'E_SOURCE', facts: { ref } });
  },
);

test('a source without ref, or with a digest, is refused', async () => {
  await using rig = await FetchRig.open();
  await expect(rig.fetchOne('kit.git')).rejects.toMatchObject({
    code: 'E_SOURCE',
    hint: expect.stringContaining('ref'),
  });
  const hashed = rig.fetchOne({ source: 'kit.git', ref: 'v1', integrity: sha256('x') });
  await expect(hashed).rejects.toMatchObject({ code: 'E_INTEGRITY_SPEC' });
});

test('credentials of a git URL are not shown', async () => {
  await using rig = await FetchRig.open();
  const source = `${rig.origin.replace('http://', 'http://me:s3cret@')}/kit.git`;
  const failure: unknown = await rig.fetchOne({ source, ref: 'v1' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'E_GIT' });
  expect(JSON.stringify([failure, (failure as Error).message, rig.events])).not.toContain('s3cret');
});

test('without git the error says what to install', async () => {
  await using rig = await FetchRig.open();
  const fetcher = rig.fetcher({ host: { ...rig.host(), env: { PATH: rig.folder } } });
  await expect(rig.fetchOne({ source: 'kit.git', ref: 'v1' }, { fetcher })).rejects.toMatchObject({
    code: 'E_GIT',
    hint: expect.stringContaining('Install git'),
  });
});
