import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownName } from '../cache/index.js';
import { removeDeadDrafts, replaceFile } from './replace-file.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
  file = join(folder, 'stamp.json');
});
afterEach(() => rm(folder, { recursive: true }));

/** More than any system gives, so nobody has it. */
const DEAD_PID = 2 ** 30;

test('a file is replaced as a whole, and no draft stays', async () => {
  for (const text of ['first', 'second']) {
    replaceFile(file, text);
    expect(await readFile(file, 'utf8')).toBe(text);
  }
  expect(await readdir(folder)).toEqual(['stamp.json']);
});

test('a file that cannot be replaced leaves no draft either', async () => {
  const replacing = (): void => {
    replaceFile(join(folder, 'gone', 'stamp.json'), 'x');
  };
  expect(replacing).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(await readdir(folder)).toEqual([]);
});

test('drafts of dead processes go, those of living ones and of other files stay', async () => {
  const kept = [`stamp.json.${ownName(process.pid)}.tmp`, `other.json.${ownName(DEAD_PID)}.tmp`, 'stamp.json.x.tmp'];
  for (const name of [`stamp.json.${ownName(DEAD_PID)}.tmp`, ...kept]) await writeFile(join(folder, name), '');
  removeDeadDrafts(file);
  expect((await readdir(folder)).sort()).toEqual([...kept].sort());
});

test('a folder that is not there has no drafts', async () => {
  removeDeadDrafts(join(folder, 'gone', 'stamp.json'));
  expect(await readdir(folder)).toEqual([]);
});
