import { expect, test } from '@jest/globals';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { editFile } from './edit-file.js';

const append = (text: string) => (before: Uint8Array) => Buffer.concat([before, Buffer.from(text)]);

test('edits at the same time work on what the others have written, and leave no drafts', async () => {
  using folder = new TemporaryFolder();
  const file = folder.write('list.lua', '');
  const letters = 'a b c d e f g h'.split(' ');
  await Promise.all(letters.map((letter) => editFile(file, append(letter))));
  expect((readFileSync(file, 'utf8').match(/./g) ?? []).sort()).toEqual(letters);
  expect(readdirSync(folder.directory)).toEqual(['list.lua']);
});

test('a change that somebody else makes meanwhile is not lost', async () => {
  using folder = new TemporaryFolder();
  const file = folder.write('list.lua', 'old ');
  let calls = 0;
  const isChanged = await editFile(file, (before) => {
    calls += 1;
    if (calls === 1) writeFileSync(file, 'theirs ');
    return append('ours')(before);
  });
  expect([isChanged, calls, readFileSync(file, 'utf8')]).toEqual([true, 2, 'theirs ours']);
});

test('the file keeps its mode, and a link still leads to it', async () => {
  using folder = new TemporaryFolder();
  const file = folder.write('real/list.lua', 'a');
  chmodSync(file, 0o640);
  const link = join(folder.directory, 'list.lua');
  symlinkSync('real/list.lua', link);
  await expect(editFile(link, append('b'))).resolves.toBe(true);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['ab', 0o640]);
});

test.each([
  ['the same content', (before: Uint8Array) => before],
  ['nothing', () => undefined],
])('a change that gives %s does not touch the file', async (_, change) => {
  using folder = new TemporaryFolder();
  const file = folder.write('list.lua', 'a');
  const { ino } = statSync(file);
  await expect(editFile(file, change)).resolves.toBe(false);
  expect(statSync(file).ino).toBe(ino);
});

test('a change that throws leaves everything as it was, and its error as it is', async () => {
  using folder = new TemporaryFolder();
  const file = folder.write('list.lua', 'a');
  const refusal = new RangeError('refused');
  const refuse = () => {
    throw refusal;
  };
  await expect(editFile(file, refuse)).rejects.toBe(refusal);
  expect([readFileSync(file, 'utf8'), readdirSync(folder.directory)]).toEqual(['a', ['list.lua']]);
});

test('a file that is not there is told', async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.directory, 'list.lua');
  await expect(editFile(file, append('a'))).rejects.toMatchObject({ code: 'E_FILE', facts: { path: file } });
  expect(readdirSync(dirname(file))).toEqual([]);
});
