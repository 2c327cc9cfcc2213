import { chmod, lstat, open, readlink } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { syncFolder, type Durability } from './durable-file.js';
import { forEachBounded } from './for-each-bounded.js';
import { walkTree, type TreeNode } from './tree.js';

/** What is known of one file of an asset. */
export interface FingerprintLine {
  /** Relative to the asset, with `/`. */
  readonly path: string;
  readonly kind: TreeNode['kind'];
  readonly size: number;
  readonly mode: number;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  readonly target?: string;
}

export interface SealedTree {
  /** Sorted by path. */
  readonly lines: readonly FingerprintLine[];
  /** Sum of the sizes of the files. */
  readonly bytes: number;
  readonly files: number;
}

const AT_ONCE = 16;
const WRITE_BITS = 0o222;
const OWNER_READS = 0o400;
const OWNER_ENTERS = 0o500;

/** Makes a tree read-only and durable, and takes its inventory. Links are not followed. */
export async function sealTree(root: string, durability: Durability): Promise<SealedTree> {
  const folders: string[] = [];
  const rest: TreeNode[] = [];
  const openFolder = async (path: string): Promise<void> => {
    await allowReading(path);
    folders.push(path);
  };
  for await (const node of walkTree(root, openFolder)) if (node.kind !== 'folder') rest.push(node);
  const lines: FingerprintLine[] = [];
  await forEachBounded(rest, AT_ONCE, async (node) => {
    if (node.kind === 'file') await sealFile(node.path, durability);
    lines.push(await describe(root, node));
  });
  await forEachBounded(folders, AT_ONCE, async (path) => {
    await sealFolder(path, durability);
    if (path !== root) lines.push(await describe(root, { path, kind: 'folder' }));
  });
  return summarise(lines);
}

/** A script may have left a folder that not even its owner can read. */
async function allowReading(folder: string): Promise<void> {
  const { mode } = await lstat(folder);
  if ((mode & OWNER_ENTERS) !== OWNER_ENTERS) await chmod(folder, (mode & 0o7777) | OWNER_ENTERS);
}

async function sealFile(path: string, { fsync }: Durability): Promise<void> {
  const { mode } = await lstat(path);
  const present = mode & 0o7777;
  const readable = present | OWNER_READS;
  if (readable !== present) await chmod(path, readable);
  // Windows flushes only what is open for writing, so this comes before the write bits go.
  await using file = fsync ? await open(path, process.platform === 'win32' ? 'r+' : 'r') : undefined;
  if ((readable & WRITE_BITS) !== 0) await chmod(path, readable & ~WRITE_BITS);
  await file?.sync();
}

async function sealFolder(path: string, durability: Durability): Promise<void> {
  const { mode } = await lstat(path);
  await chmod(path, mode & 0o7777 & ~WRITE_BITS);
  await syncFolder(path, durability);
}

async function describe(root: string, { path, kind }: TreeNode): Promise<FingerprintLine> {
  const { size, mode, mtimeMs } = await lstat(path);
  const line = {
    path: relative(root, path).replaceAll(sep, '/'),
    kind,
    size: kind === 'file' ? size : 0,
    mode: mode & 0o7777,
    mtime: Math.round(mtimeMs),
  };
  return kind === 'symlink' ? { ...line, target: await readlink(path) } : line;
}

function summarise(lines: FingerprintLine[]): SealedTree {
  lines.sort((left, right) => (left.path < right.path ? -1 : 1));
  return {
    lines,
    bytes: lines.reduce((sum, line) => sum + line.size, 0),
    files: lines.filter((line) => line.kind !== 'folder').length,
  };
}
