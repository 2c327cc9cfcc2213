import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findCommand } from './find-command.js';

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'fettle-find-')));
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function program(path: string, mode = 0o755): Promise<string> {
  const file = join(root, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, mode);
  return file;
}

test('the first executable on PATH is the one', async () => {
  await mkdir(join(root, 'a', 'tool'), { recursive: true });
  await program('b/tool', 0o644);
  const third = await program('c/tool');
  await program('d/tool');
  const PATH = ['a', 'b', 'c', 'd'].map((folder) => join(root, folder)).join(':');
  expect(findCommand('tool', { PATH }, root)).toBe(third);
});

test('relative and empty entries of PATH start at the working folder', async () => {
  const inBin = await program('bin/tool');
  const here = await program('here');
  expect(findCommand('tool', { PATH: 'bin' }, root)).toBe(inBin);
  expect(findCommand('here', { PATH: '/nowhere::/none' }, root)).toBe(here);
});

test('a name with a slash is a path from the working folder, and PATH is not asked', async () => {
  const tool = await program('bin/tool');
  expect(findCommand('bin/tool', { PATH: '' }, root)).toBe(tool);
  expect(findCommand(tool, {}, '/')).toBe(tool);
  const missing = join(root, 'tool');
  expect(() => findCommand('./tool', { PATH: join(root, 'bin') }, root)).toThrow(
    expect.objectContaining({ code: 'E_COMMAND_NOT_FOUND', facts: { command: './tool', path: missing } }),
  );
});

test('a misspelt name gets the nearest program, not the nearest file', async () => {
  await program('bin/cmake');
  await program('bin/cmakx', 0o644);
  const PATH = `${join(root, 'none')}:${join(root, 'bin')}`;
  expect(() => findCommand('cmak', { PATH }, root)).toThrow(
    expect.objectContaining({
      code: 'E_COMMAND_NOT_FOUND',
      hint: 'Did you mean "cmake"?',
      facts: { command: 'cmak', PATH: [join(root, 'none'), join(root, 'bin')] },
    }),
  );
});

test.each(['', 'utterly-unlike-anything'])('the name %j without a PATH is not found', (name) => {
  expect(() => findCommand(name, {}, root)).toThrow(
    expect.objectContaining({ code: 'E_COMMAND_NOT_FOUND', hint: expect.stringContaining('fettle sync') }),
  );
});

test('a file that is not executable is named', async () => {
  const file = await program('bin/tool', 0o644);
  expect(() => findCommand('tool', { PATH: join(root, 'bin') }, root)).toThrow(
    expect.objectContaining({ code: 'E_COMMAND_NOT_FOUND', facts: { command: 'tool', path: file } }),
  );
});
