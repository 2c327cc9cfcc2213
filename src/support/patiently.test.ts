import { describe, expect, test } from '@jest/globals';
import { isShortOfFiles, patiently } from './patiently.js';

const shortage = (code = 'EMFILE'): Error => Object.assign(new Error(`${code}: too many open files`), { code });

describe('what needs a file', () => {
  test('is tried again until one can be opened', async () => {
    const failures = [shortage(), shortage('ENFILE'), new Error('wrapped', { cause: shortage() })];
    const work = (): string => {
      const failure = failures.shift();
      if (failure) throw failure;
      return 'done';
    };
    await expect(patiently(work)).resolves.toBe('done');
    expect(failures).toEqual([]);
  });

  test('fails at once for any other reason', async () => {
    let tries = 0;
    const work = (): never => {
      tries += 1;
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    };
    await expect(patiently(work)).rejects.toMatchObject({ code: 'EACCES' });
    expect(tries).toBe(1);
  });

  test('fails with the shortage when patience is over', async () => {
    await expect(patiently(() => Promise.reject(shortage()), 0)).rejects.toMatchObject({ code: 'EMFILE' });
  });
});

test('a shortage is found below the error that tells of it', () => {
  expect(isShortOfFiles(new Error('a', { cause: new Error('b', { cause: shortage() }) }))).toBe(true);
  expect(isShortOfFiles(new Error('a', { cause: 'b' }))).toBe(false);
});
