import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './make-folder.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(async () => {
  await chmod(root, 0o700);
  await rm(root, { recursive: true });
});

test('makes a folder with all above it, and is content with one that is there', async () => {
  for (const path of [join(root, 'a', 'b', 'c'), join(root, 'a'), join(root, 'a', 'b', 'c'), root, '/']) {
    makeFolder(path);
    expect((await stat(path)).isDirectory()).toBe(true);
  }
});

test('a link to a folder is one', async () => {
  await mkdir(join(root, 'real'));
  await symlink('real', join(root, 'link'));
  makeFolder(join(root, 'link'));
  makeFolder(join(root, 'link', 'below'));
  expect((await stat(join(root, 'real', 'below'))).isDirectory()).toBe(true);
});

test('tells what stands in the way', async () => {
  await writeFile(join(root, 'file'), '');
  await symlink('nowhere', join(root, 'dangling'));
  expect(() => {
    makeFolder(join(root, 'file'));
  }).toThrow(expect.objectContaining({ code: 'EEXIST', path: join(root, 'file') }));
  expect(() => {
    makeFolder(join(root, 'file', 'below'));
  }).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  expect(() => {
    makeFolder(join(root, 'dangling'));
  }).toThrow(expect.objectContaining({ code: 'EEXIST' }));
});

const ifLinux = process.platform === 'linux' ? test : test.skip;
ifLinux('ends with the reason where the system lets nobody make a folder', () => {
  for (const path of ['/proc/fettle', '/proc/self/fettle/below']) {
    expect(() => {
      makeFolder(path);
    }).toThrow(expect.objectContaining({ code: 'ENOENT', syscall: 'mkdir' }));
  }
});
