import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { detectHost } from '../host/index.js';
import { FetchRig, sha256 } from './fetch-rig.js';

const AUTHOR = ['-c', 'user.name=Test', '-c', 'user.email=test@example.test', '-c', 'init.defaultBranch=main'];

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const env = { PATH: detectHost().env['PATH'] ?? '', HOME: folder };
  const { stdout } = await promisify(execFile)('git', [...AUTHOR, '-C', folder, ...args], { env });
  return stdout.trim();
}

/** A repository `kit.git` with two commits: the first is tagged v1, the second is on main. */
async function makeRepository(rig: FetchRig): Promise<{ readonly path: string; readonly commits: readonly string[] }> {
  await rig.write('kit.git/file', 'one');
  const path = join(rig.folder, 'kit.git');
  await git(path, 'init', '--quiet');
  const commits: string[] = [];
  for (const content of ['one', 'two']) {
    await rig.write('kit.git/file', content);
    await git(path, 'add', '.');
    await git(path, 'commit', '--quiet', '-m', content);
    commits.push(await git(path, 'rev-parse', 'HEAD'));
    if (content === 'one') await git(path, 'tag', '-a', 'v1', '-m', 'v1');
  }
  return { path, commits };
}

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

test('submodules come along', async () => {
  await using rig = await FetchRig.open();
  const { path } = await makeRepository(rig);
  await rig.write('outer.git/readme', 'outer');
  const outer = join(rig.folder, 'outer.git');
  await git(outer, 'init', '--quiet');
  await git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', path, 'inner');
  await git(outer, 'add', '.');
  await git(outer, 'commit', '--quiet', '-m', 'outer');
  const host = rig.host({
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'protocol.file.allow',
    GIT_CONFIG_VALUE_0: 'always',
  });
  await rig.fetchOne({ source: 'outer.git', ref: 'main' }, { fetcher: rig.fetcher({ host }) });
  expect(await readFile(join(rig.directory, 'outer.git/inner/file'), 'utf8')).toBe('two');
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
    facts: { command: expect.stringContaining('v9'), output: expect.any(Array) },
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
