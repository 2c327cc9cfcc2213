import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { TemporaryFolder } from '../../support/temporary-folder-rig.js';
import { DIGEST, lockedPackage, lockFile } from './lock-file-rig.js';
import { readLockFile, relockManifest, writeLockFile } from './lock-file-store.js';

const OTHER = 'f'.repeat(64);

test('a lock file that holds for another text of the manifest, too, gets its digest and nothing else', async () => {
  using folder = new TemporaryFolder();
  const file = folder.write('fettle.lock', '');
  const lock = lockFile([lockedPackage('local.a@v1')]);
  writeLockFile(file, lock);
  const before = readFileSync(file, 'utf8');
  expect(relockManifest(file, { before: lock.manifest, after: OTHER })).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe(before.replace(lock.manifest, OTHER));
  expect(await readLockFile(file)).toEqual({ ...lock, manifest: OTHER });
});

test('a lock file of some other manifest, or none, is left as it is', () => {
  using folder = new TemporaryFolder();
  const file = folder.write('fettle.lock', `manifest = "${OTHER}" # by hand\n`);
  for (const path of [file, `${file}.none`]) {
    expect(relockManifest(path, { before: OTHER, after: DIGEST })).toBe(false);
  }
  expect(readFileSync(file, 'utf8')).toBe(`manifest = "${OTHER}" # by hand\n`);
});
