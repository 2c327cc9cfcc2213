import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { constants, copyFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../../support/temporary-folder-rig.js';
import { FileCopier, type FileToCopy } from './file-copier.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => {
  folder[Symbol.dispose]();
});

function filesOf(bytes: number): readonly FileToCopy[] {
  return Array.from({ length: 8 }, (_, index) => ({
    from: folder.write(`from${index}`, 'x'.repeat(bytes)),
    to: join(folder.directory, `to${index}`),
  }));
}

function canReflink(): boolean {
  try {
    const from = folder.write('probe', 'x');
    copyFileSync(from, `${from}-clone`, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  }
}

describe('a kind that the file system refuses', () => {
  test('to many files at once gives way to the next one, and no other', async () => {
    const files = filesOf(10);
    const copier = new FileCopier(['reflink', 'hardlink', 'copy']);
    await Promise.all(files.map((file) => copier.copy(file)));
    expect(copier.kind).toBe(canReflink() ? 'reflink' : 'hardlink');
    for (const { from, to } of files) {
      expect(readFileSync(to, 'utf8')).toBe(readFileSync(from, 'utf8'));
      expect(statSync(to).ino === statSync(from).ino).toBe(copier.kind === 'hardlink');
    }
  });

  test('gives way to copies in the pool of threads', async () => {
    const files = filesOf(10);
    const copier = new FileCopier(['reflink', 'copy']);
    expect(await Promise.all(files.map((file) => copier.copySmall(file)))).toEqual(files.map(() => true));
    expect(copier.kind).toBe(canReflink() ? 'reflink' : 'copy');
    for (const { to } of files) expect(readFileSync(to, 'utf8')).toBe('x'.repeat(10));
  });

  test('is an error when it is the last one, for each file that it was refused to', async () => {
    const files = filesOf(10);
    const copier = new FileCopier(['reflink']);
    const ended = await Promise.allSettled(files.map((file) => copier.copy(file)));
    const status = canReflink() ? 'fulfilled' : 'rejected';
    expect(ended.map((each) => each.status)).toEqual(files.map(() => status));
    expect(existsSync(String(files[0]?.to))).toBe(status === 'fulfilled');
  });
});

describe('a file', () => {
  test('that is large is left by who copies small ones', async () => {
    const [file] = filesOf(2_000_000) as [FileToCopy];
    const copier = new FileCopier(['copy']);
    expect(await copier.copySmall(file)).toBe(false);
    expect(existsSync(file.to)).toBe(false);
    await copier.copy(file);
    expect(statSync(file.to).size).toBe(2_000_000);
    expect(await new FileCopier(['hardlink']).copySmall({ from: file.from, to: `${file.to}-link` })).toBe(true);
  });

  test.each(['hardlink', 'copy'] as const)('that is there already is not overwritten (%s)', async (kind) => {
    const [file] = filesOf(10) as [FileToCopy];
    folder.write('to0', 'mine');
    await expect(new FileCopier([kind]).copySmall(file)).rejects.toMatchObject({ code: 'EEXIST', path: file.from });
    expect(readFileSync(file.to, 'utf8')).toBe('mine');
  });
});
