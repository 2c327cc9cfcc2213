import { syncFile, syncFolder, type Durability } from './durable-file.js';
import { walkTree } from './tree.js';

/** Puts all files and names below `root` on the disk itself. */
export async function syncTree(root: string, durability: Durability): Promise<void> {
  if (!durability.fsync) return;
  for await (const { path, kind } of walkTree(root, (folder) => syncFolder(folder, durability))) {
    if (kind === 'file') await syncFile(path);
  }
}
