import { expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import type { Durability } from './durable-file.js';
import { flushAll } from './flush-all.js';

/** Flushes no file system, and says that it did, or did not. */
function claiming(isDone: boolean): NonNullable<Durability['fileSystems']> {
  return { isWorthwhile: () => Promise.resolve(true), flush: () => Promise.resolve(isDone) };
}

test('with a tree all of its file system is flushed, and nothing else is looked at', async () => {
  using folder = new TemporaryFolder();
  const gone = { files: [join(folder.directory, 'gone')], folders: [], tree: join(folder.directory, 'tree') };
  await expect(flushAll(gone, { fsync: true, fileSystems: claiming(true) })).resolves.toBeUndefined();
  await expect(flushAll(gone, { fsync: false })).resolves.toBeUndefined();
});

test('where that fails, or nobody can do it, each file is asked, so that a failure is that of a file', async () => {
  using folder = new TemporaryFolder();
  const [tree, file] = [join(folder.directory, 'tree'), join(folder.directory, 'file')];
  const unflushed = { files: [file], folders: [folder.directory], tree: folder.directory };
  for (const fileSystems of [claiming(false), undefined]) {
    await expect(flushAll(unflushed, { fsync: true, fileSystems })).rejects.toMatchObject({
      code: 'ENOENT',
      path: file,
    });
    await expect(flushAll({ ...unflushed, tree }, { fsync: true, fileSystems })).rejects.toMatchObject({ path: tree });
  }
  writeFileSync(file, '');
  await expect(flushAll(unflushed, { fsync: true, fileSystems: claiming(false) })).resolves.toBeUndefined();
});
