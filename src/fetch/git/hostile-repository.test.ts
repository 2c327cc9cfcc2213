import { describe, expect, test } from '@jest/globals';
import { access, chmod, lstat, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { FetchRig } from '../fetch-rig.js';
import { parseSource } from '../parse-source.js';
import { cloneGit } from './git-clone.js';
import { commitAll, git, makeRepository } from './git-rig.js';
import { checkOutSubmodules } from './git-submodules.js';

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

describe('submodules', () => {
  async function makeOuter(rig: FetchRig, url: string): Promise<void> {
    const { path: inner } = await makeRepository(rig, 'inner.git');
    const outer = join(rig.folder, 'outer.git');
    await rig.write('outer.git/readme', 'outer');
    await git(outer, 'init', '--quiet');
    await git(outer, 'submodule', '--quiet', 'add', inner, 'inner');
    await git(outer, 'config', '--file', '.gitmodules', 'submodule.inner.url', url);
    await commitAll(outer, 'outer');
  }

  test('come when they are asked for, with theirs', async () => {
    await using rig = await FetchRig.open();
    await makeOuter(rig, '../inner.git');
    const outermost = join(rig.folder, 'outermost.git');
    await rig.write('outermost.git/readme', 'outermost');
    await git(outermost, 'init', '--quiet');
    await git(outermost, 'submodule', '--quiet', 'add', join(rig.folder, 'outer.git'), 'outer');
    await commitAll(outermost, 'outermost');
    const request = { source: `file://${outermost}`, ref: 'main' };
    const plain = await rig.fetchOne(request);
    expect(await readdir(join(plain.path, 'outer'))).toEqual([]);
    const whole = await rig.fetchOne({ ...request, submodules: true });
    expect(await readFile(join(whole.path, 'outer/inner/file'), 'utf8')).toBe('two');
  });

  test.each([
    ['a command', 'ext::sh -c touch% /tmp/fettle-evil'],
    ['an option', '--upload-pack=touch evil'],
    ['an option for ssh', 'ssh://-oProxyCommand=touch%20evil/kit.git'],
    ['an option for ssh, as ssh writes it', 'git@-oProxyCommand=evil:kit.git'],
    ['an unknown helper', 'foo::bar'],
    ['another protocol', 'ftp://127.0.0.1/kit.git'],
  ])('that are %s are refused before git sees them', async (_what, url) => {
    await using rig = await FetchRig.open();
    await makeOuter(rig, url);
    await expect(rig.fetchOne({ source: 'outer.git', ref: 'main', submodules: true })).rejects.toMatchObject({
      code: 'E_SOURCE',
      facts: { submodule: 'inner' },
    });
    expect(await exists('/tmp/fettle-evil')).toBe(false);
    expect(await readdir(rig.directory)).toEqual([]);
  });

  test('of a distant repository do not lead to files of this machine', async () => {
    await using rig = await FetchRig.open();
    await makeOuter(rig, join(rig.folder, 'inner.git'));
    const outer = join(rig.folder, 'outer.git');
    await git(outer, 'update-server-info');
    await using served = await serveFolder(join(outer, '.git'));
    const cloning = rig.fetchOne({ source: `${served.origin}/outer.git`, ref: 'main', submodules: true });
    await expect(cloning).rejects.toMatchObject({ code: 'E_SOURCE', facts: { submodule: 'inner' } });
  });

  test('named in a link are refused', async () => {
    await using rig = await FetchRig.open();
    const { path } = await makeRepository(rig);
    await rig.write('elsewhere', '[submodule "x"]\n\tpath = x\n\turl = ../x\n');
    await symlink(join(rig.folder, 'elsewhere'), join(path, '.gitmodules'));
    const { signal } = new AbortController();
    const git = { host: rig.host(), signal, children: undefined, url: path };
    await expect(checkOutSubmodules(path, { git, isLocal: true })).rejects.toMatchObject({
      code: 'E_SOURCE',
      facts: { submodule: '.gitmodules' },
    });
  });
});

test('a link out of the repository stays a link: nothing is read or written through it', async () => {
  await using rig = await FetchRig.open();
  const { path } = await makeRepository(rig);
  await rig.write('secret/data', 'secret');
  await symlink('../../secret', join(path, 'link'));
  await commitAll(path, 'link');
  const file = await rig.fetchOne({ source: 'kit.git', ref: 'main' });
  expect((await lstat(join(file.path, 'link'))).isSymbolicLink()).toBe(true);
  expect(await readlink(join(file.path, 'link'))).toBe('../../secret');
  expect(await readdir(join(rig.folder, 'secret'))).toEqual(['data']);
});

test.each(['.git/hooks/post-checkout', '.GIT/config', '../evil', 'sub/.git/config'])(
  'a tree with %s in it is refused',
  async (name) => {
    await using rig = await FetchRig.open();
    const { path } = await makeRepository(rig);
    await git(path, 'config', 'core.protectNTFS', 'false');
    const evil = await commitTreeWith(path, name);
    await git(path, 'update-ref', 'refs/heads/main', evil);
    await expect(rig.fetchOne({ source: 'kit.git', ref: 'main' })).rejects.toMatchObject({ code: 'E_GIT' });
    expect(await readdir(rig.directory)).toEqual([]);
    expect(await exists(join(rig.folder, 'evil'))).toBe(false);
  },
);

/** Builds the tree by hand, as no command of git would. */
async function commitTreeWith(path: string, name: string): Promise<string> {
  const blob = await git(path, 'rev-parse', 'HEAD:file');
  let object = blob;
  let kind = '100644';
  for (const part of name.split('/').reverse()) {
    const entry = Buffer.concat([Buffer.from(`${kind} ${part}\0`), Buffer.from(object, 'hex')]);
    await writeFile(join(path, 'tree'), entry);
    object = await git(path, 'hash-object', '-t', 'tree', '-w', '--literally', 'tree');
    kind = '40000';
  }
  return git(path, 'commit-tree', object, '-m', 'evil');
}

test('no hook runs: not of a template, not of the user', async () => {
  await using rig = await FetchRig.open();
  await makeRepository(rig);
  const hook = await rig.write('hooks/post-checkout', `#!/bin/sh\ntouch ${rig.folder}/ran\n`);
  await chmod(hook, 0o755);
  await rig.write('.gitconfig', `[core]\n\thooksPath = ${rig.folder}/hooks\n[init]\n\ttemplateDir = ${rig.folder}\n`);
  await rig.fetchOne({ source: 'kit.git', ref: 'main' });
  expect(await exists(join(rig.folder, 'ran'))).toBe(false);
});

test.each([
  ['an option', '--upload-pack=touch evil'],
  ['a command', 'ext::sh -c touch% evil'],
  ['a host that is an option', 'ssh://-oProxyCommand=evil/kit.git'],
  ['a helper', 'transport::https://127.0.0.1/kit.git'],
])('a URL that is %s never reaches git', async (_what, url) => {
  await using rig = await FetchRig.open();
  const { signal } = new AbortController();
  const arrival = {
    directory: rig.folder,
    fileName: 'kit.git',
    expected: undefined,
    url,
    emit: () => undefined,
    signal,
  };
  const host = { ...rig.host(), env: { PATH: join(rig.folder, 'no-git-here') } };
  const source = { url, text: url, ref: 'main', submodules: false };
  const cloning = cloneGit(source, arrival, { host, offline: false, children: undefined, store: undefined });
  await expect(cloning).rejects.toMatchObject({ code: 'E_SOURCE' });
});

test('what parses as a git source is never a helper or an option', () => {
  for (const text of ['ext::sh -c evil.git', '--upload-pack=evil.git', 'foo::bar.git']) {
    const source = parseSource(text, '/base');
    expect(source).toMatchObject({ kind: 'git', url: `/base/${text}` });
  }
});

test('credentials of the URL are used, and stand in no file and no command line', async () => {
  await using rig = await FetchRig.open();
  const { path } = await makeRepository(rig);
  await git(path, 'update-server-info');
  const authorization = `Basic ${btoa('ann:s3cret')}`;
  await using served = await serveFolder(join(path, '.git'), authorization);
  const source = `${served.origin.replace('//', '//ann:s3cret@')}/kit.git`;
  const file = await rig.fetchOne({ source, ref: 'main' });
  expect(await readFile(join(file.path, 'file'), 'utf8')).toBe('two');
  expect(await git(file.path, 'remote', 'get-url', 'origin')).toBe(`${served.origin}/kit.git`);
  expect(await readFile(join(file.path, '.git/config'), 'utf8')).not.toContain('s3cret');
  expect(JSON.stringify(rig.events)).not.toContain('s3cret');
});

/** Serves a `.git` folder the way a plain web server does. */
async function serveFolder(folder: string, needs?: string): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer((request, response) => {
    if (needs !== undefined && request.headers.authorization !== needs) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="kit"' }).end();
      return;
    }
    const name = (request.url ?? '').replace(/^\/[^/]+\/?/, '').replace(/\?.*$/, '');
    readFile(join(folder, name)).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return {
    origin: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
