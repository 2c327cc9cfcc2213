import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { FileSystemFlush } from './file-system-flush.js';

/** What this machine has, asked in another way. */
function hasGnuSync(): boolean {
  try {
    return execFileSync('/bin/sync', ['--version'], { encoding: 'utf8', stdio: 'pipe' }).includes('GNU');
  } catch {
    return false;
  }
}

test('a file system is flushed where the program for it is there, for all who ask at once', async () => {
  using folder = new TemporaryFolder();
  folder.write('file', 'content');
  const fileSystems = new FileSystemFlush();
  const isWorthwhile = await fileSystems.isWorthwhile(folder.directory);
  const flushes = Array.from({ length: 5 }, () => fileSystems.flush(folder.directory));
  const flushed = new Set(await Promise.all(flushes));
  if (isWorthwhile) expect([...flushed]).toEqual([true]);
  if (!hasGnuSync()) expect([isWorthwhile, ...flushed]).toEqual([false, false]);
});

test('a file system that may do less is not flushed as a whole', async () => {
  const other = ['/proc', '/sys', '/dev/shm'].filter((place) => {
    try {
      return ![0xef53, 0x58465342, 0x9123683e].includes(statfsSync(place).type);
    } catch {
      return false;
    }
  });
  const fileSystems = new FileSystemFlush();
  for (const place of other) expect(await fileSystems.isWorthwhile(place)).toBe(false);
});
