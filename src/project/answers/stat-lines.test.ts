import { expect, test } from '@jest/globals';
import { statSync, utimesSync } from 'node:fs';
import { TemporaryFolder } from '../../support/temporary-folder-rig.js';
import { statLines } from './stat-line.js';
import { findStat, knownStat, statLineOf } from './stat-lines.js';

function stateOf(path: string): string {
  const { size, mtimeNs, ctimeNs, ino, mode } = statSync(path, { bigint: true });
  return [size, mtimeNs, ctimeNs, ino, mode].join(':');
}

test('a state is told as stat tells it', () => {
  expect(statLines(['12:1700000000000000001:1700000000999999999:77:33188', '0:5:1000000000:1:16877'])).toBe(
    '12 1700000000.000000001 1700000000.999999999 81a4 77\n0 0.000000005 1.000000000 41ed 1',
  );
});

// Systems without GNU's stat give no answers.
const testWithStat = process.platform === 'linux' ? test : test.skip;

testWithStat('a program is taken when it says the same of all files', async () => {
  using folder = new TemporaryFolder();
  const [first, second] = [folder.write("it's one", 'x'), folder.write('two\nlines', '')];
  utimesSync(second, 1, 1);
  const states = { [first]: stateOf(first), [second]: stateOf(second) };
  expect((await findStat(states))?.path).toMatch(/\/stat$/);
});

testWithStat('no program is taken when a file is gone or has changed meanwhile', async () => {
  using folder = new TemporaryFolder();
  const file = folder.write('one', 'x');
  const before = stateOf(file);
  expect(await findStat({ [file]: before, [`${file}-gone`]: before })).toBeUndefined();
  folder.write('one', 'longer');
  expect(await findStat({ [file]: before })).toBeUndefined();
});

testWithStat('a program that answers name is known as long as it is the same', async () => {
  using folder = new TemporaryFolder();
  const file = folder.write('one', 'x');
  const program = await findStat({ [file]: stateOf(file) });
  if (!program) throw new Error('no stat');
  expect(knownStat(`# more\n${statLineOf(program)}\n# more\n`)).toEqual(program);
  const other = { ...program, state: program.state.replace(/^\d+/, '1') };
  expect(knownStat(`# more\n${statLineOf(other)}\n`)).toBeUndefined();
  expect(knownStat(`# more\n${statLineOf({ ...program, path: '/home/someone/stat' })}\n`)).toBeUndefined();
  expect(knownStat('')).toBeUndefined();
});
