import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World } from './support/index.js';

const AUTHOR = ['user.name=Test', 'user.email=test@example.test', 'protocol.file.allow=always'];

function git(folder: string, ...args: readonly string[]): string {
  const settings = AUTHOR.flatMap((setting) => ['-c', setting]);
  return execFileSync('git', [...settings, '-C', folder, ...args], { encoding: 'utf8' }).trim();
}

/** @returns the ids of its two commits; the first is tagged v1, the second is on main */
async function makeRepository(world: World, name: string): Promise<readonly string[]> {
  const path = join(world.root, name);
  await mkdir(path);
  git(path, 'init', '--quiet', '--initial-branch=main');
  const commits: string[] = [];
  for (const content of ['one', 'two']) {
    await writeFile(join(path, 'file'), content);
    git(path, 'add', '.');
    git(path, 'commit', '--quiet', '-m', content);
    commits.push(git(path, 'rev-parse', 'HEAD'));
    if (content === 'one') git(path, 'tag', '-a', 'v1', '-m', 'v1');
  }
  return commits;
}

async function sync(world: World, fetch: string, ...options: readonly string[]): Promise<RunReport> {
  await world.recipe('local.a@v1', `fetch = ${fetch}\ninstall = "cp -r ../stage/kit.git/. ."`);
  await world.manifest('packages = { "local.a@v1" }');
  return new RunReport(await world.fettle(['sync', '--json', ...options]));
}

async function contentOf(report: RunReport, file = 'file'): Promise<string> {
  const { path, error } = report.package('local.a@v1');
  if (path === null) throw new Error(JSON.stringify(error));
  return readFile(join(path, file), 'utf8');
}

describe('a git source', () => {
  test.each([
    ['a tag', () => 'v1', 'one'],
    ['a branch', () => 'main', 'two'],
    ['a commit', ([first = '']: readonly string[]) => first, 'one'],
    ['a short commit', ([first = '']: readonly string[]) => first.slice(0, 10), 'one'],
  ])('is cloned at %s', async (_what, refOf, content) => {
    await using world = await World.create();
    const commits = await makeRepository(world, 'kit.git');
    const report = await sync(world, `{ source = "${world.root}/kit.git", ref = "${refOf(commits)}" }`);
    expect(await contentOf(report)).toBe(content);
  });

  test('is kept: a commit that was fetched once needs no repository any more', async () => {
    await using world = await World.create();
    const [first = ''] = await makeRepository(world, 'kit.git');
    const source = `{ source = "${world.root}/kit.git", ref = "${first}" }`;
    expect(await contentOf(await sync(world, source))).toBe('one');
    await rm(join(world.root, 'kit.git'), { recursive: true });
    await rm(join(world.cache, 'assets'), { recursive: true, force: true });
    expect(await contentOf(await sync(world, source, '--offline'))).toBe('one');
    expect(await readdir(join(world.cache, 'downloads', 'git'))).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  test('brings its submodules only when they are asked for', async () => {
    await using world = await World.create();
    await makeRepository(world, 'inner.git');
    await makeRepository(world, 'kit.git');
    git(join(world.root, 'kit.git'), 'submodule', '--quiet', 'add', '../inner.git', 'inner');
    git(join(world.root, 'kit.git'), 'commit', '--quiet', '-m', 'inner');
    const source = `source = "${world.root}/kit.git", ref = "main"`;
    await expect(contentOf(await sync(world, `{ ${source} }`), 'inner/file')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await contentOf(await sync(world, `{ ${source}, submodules = true }`), 'inner/file')).toBe('two');
  });

  test('without such a branch is an error that names those there are', async () => {
    await using world = await World.create();
    await makeRepository(world, 'kit.git');
    const report = await sync(world, `{ source = "${world.root}/kit.git", ref = "mian" }`);
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([5, 'E_GIT']);
    expect(report.result.stderr).toContain('Did you mean "main"?');
  });

  test('with a ref that is an option is refused', async () => {
    await using world = await World.create();
    await makeRepository(world, 'kit.git');
    const report = await sync(world, `{ source = "${world.root}/kit.git", ref = "--upload-pack=touch evil" }`);
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([3, 'E_SOURCE']);
  });

  test('is what submodules belong to: for a file they are a mistake', async () => {
    await using world = await World.create();
    const report = await sync(world, '{ source = "kit.tgz", submodules = true }');
    expect(report.exitCode).toBe(3);
    expect(report.result.stderr + report.result.stdout).toContain('submodules, which only a git source has');
  });
});
