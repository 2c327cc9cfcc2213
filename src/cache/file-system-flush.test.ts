import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { release } from 'node:os';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { dirtyBytes, FileSystemFlush, tellsOfFailures } from './file-system-flush.js';

/** Nothing where there is no such program. */
function outputOf(program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
}

/** What this machine has, asked by its own programs. */
const HAS_PROGRAM =
  process.platform === 'linux' &&
  tellsOfFailures(release()) &&
  ['/usr/bin/sync', '/bin/sync', '/run/current-system/sw/bin/sync'].some((path) =>
    outputOf(path, '--version').includes('GNU coreutils'),
  );
const isLocal = (folder: string): boolean =>
  /^(ext2\/ext3|xfs|btrfs)$/m.test(outputOf('stat', '-f', '-c', '%T', folder));

describe('a file system', () => {
  test('is flushed as a whole where the program for it is there, for all who ask at once', async () => {
    using folder = new TemporaryFolder();
    folder.write('file', 'content');
    const fileSystems = new FileSystemFlush();
    expect(await fileSystems.isWorthwhile(folder.directory)).toBe(HAS_PROGRAM && isLocal(folder.directory));
    const flushes = Array.from({ length: 5 }, () => fileSystems.flush(folder.directory));
    expect(await Promise.all(flushes)).toEqual(Array(5).fill(HAS_PROGRAM));
  });

  test('that may do less is not, nor one that is not there', async () => {
    const fileSystems = new FileSystemFlush();
    for (const place of ['/proc', '/sys', '/nowhere/at/all']) expect(await fileSystems.isWorthwhile(place)).toBe(false);
    expect(await fileSystems.flush('/nowhere/at/all')).toBe(false);
  });
});

test.each([
  ['4.19.0', false],
  ['5.8.0-63-generic', false],
  ['5.17.0', true],
  ['5.17', true],
  ['6.1.0-13-amd64', true],
  ['10.0.0', true],
  ['', false],
])('of Linux %p flushing a file system is believed: %p', (kernel, expected) => {
  expect(tellsOfFailures(kernel)).toBe(expected);
});

test('what is left to be written is what waits and what is on its way', () => {
  const text =
    'MemTotal:  100 kB\nDirty:             1024 kB\nWriteback:            16 kB\nWritebackTmp:        99 kB\n';
  expect(dirtyBytes(text)).toBe(1040 * 1024);
  expect(dirtyBytes('MemTotal:  100 kB\n')).toBeNaN();
});
