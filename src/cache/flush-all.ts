import { forEachBounded } from '../support/for-each-bounded.js';
import { FLUSHES_AT_ONCE, syncFile, syncFolder, type Durability } from './durable-file.js';
import { syncTree } from './sync-tree.js';
import type { Unflushed } from './unflushed.js';

/**
 * Puts files and the names in folders on the disk, several at once: what is asked for together, a file system with a
 * journal writes at once, and whoever changes names meanwhile waits for one writing only. A tree is flushed with all that
 * is on its file system, and so are the others, which lie beside it.
 */
export async function flushAll({ files, folders, tree }: Unflushed, durability: Durability): Promise<void> {
  const { fsync, filesAtOnce = FLUSHES_AT_ONCE, seals, fileSystems } = durability;
  if (!fsync) return;
  if (tree !== undefined) {
    if (await fileSystems?.flush(tree)) return;
    await syncTree(tree, durability);
  }
  const flushes = [
    ...files.map((path) => () => syncFile(path)),
    ...folders.map((path) => () => syncFolder(path, durability)),
  ];
  const flushEach = (): Promise<void> => forEachBounded(flushes, filesAtOnce, (flushOne) => flushOne());
  await (seals ? seals.run(flushEach) : flushEach());
}
