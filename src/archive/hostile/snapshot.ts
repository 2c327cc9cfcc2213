import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Everything below a folder: kind, permissions, number of hard links, dates and content of each path, so that nothing
 * can be touched without being seen.
 * @param except paths below the folder, with `/`, that are left out with all below them
 */
export async function snapshot(
  folder: string,
  except: readonly string[] = [],
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  await collect(folder, '', { found, except });
  return found;
}

interface Collection {
  readonly found: Record<string, string>;
  readonly except: readonly string[];
}

async function collect(root: string, below: string, collection: Collection): Promise<void> {
  for (const name of await readdir(join(root, below))) {
    const path = below === '' ? name : `${below}/${name}`;
    if (collection.except.includes(path)) continue;
    const stats = await lstat(join(root, path));
    collection.found[path] = [
      stats.mode,
      stats.nlink,
      stats.mtimeMs,
      stats.ctimeMs,
      await contentOf(join(root, path)),
    ].join(' ');
    if (stats.isDirectory()) await collect(root, path, collection);
  }
}

async function contentOf(path: string): Promise<string> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink()) return `-> ${await readlink(path)}`;
  return stats.isFile() ? (await readFile(path)).toString('base64') : '';
}
