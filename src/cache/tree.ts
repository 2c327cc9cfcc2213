import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors/index.js';

export interface TreeNode {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'other';
}

/**
 * Everything below `folder`, parents before their children, links not followed. What vanishes meanwhile is passed over.
 * @param onFolder is called before a folder is read, `folder` itself included
 */
export async function* walkTree(folder: string, onFolder?: (path: string) => Promise<void>): AsyncGenerator<TreeNode> {
  const waiting = [folder];
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    await onFolder?.(current);
    for (const child of await readFolder(current)) {
      // A name that is not UTF-8 cannot be addressed by a string path.
      if (child.name.includes('\uFFFD')) continue;
      const node = { path: join(current, child.name), kind: nodeKind(child) };
      if (node.kind === 'folder') waiting.push(node.path);
      yield node;
    }
  }
}

/** Bytes on disk of everything below and with `folder`; files with several names count once. */
export async function diskUsage(folder: string): Promise<number> {
  const seen = new Set<string>();
  let bytes = await usageOf(folder, seen);
  for await (const { path } of walkTree(folder)) bytes += await usageOf(path, seen);
  return bytes;
}

async function usageOf(path: string, seen: Set<string>): Promise<number> {
  try {
    const stats = await lstat(path);
    if (stats.nlink > 1 && !stats.isDirectory()) {
      const inode = `${stats.dev}:${stats.ino}`;
      if (seen.has(inode)) return 0;
      seen.add(inode);
    }
    return bytesOnDisk(stats);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** Windows does not know blocks, which are of 512 bytes everywhere else. */
export function bytesOnDisk({ blocks, size }: Stats): number {
  return (blocks as number | undefined) === undefined ? size : blocks * 512;
}

async function readFolder(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

export function nodeKind(entry: Dirent): TreeNode['kind'] {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}
