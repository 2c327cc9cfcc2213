import { createHash } from 'node:crypto';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FingerprintLine } from '../cache/index.js';
import { hashFile } from '../fetch/index.js';
import type { ExportedTree } from './tree-items.js';

/** A recipe's copy with an inventory as entries have one; the cache itself keeps none for recipes. */
export async function readRecipeTree(name: string, folder: string): Promise<ExportedTree> {
  const lines: FingerprintLine[] = [];
  for await (const line of linesBelow(folder, '')) lines.push(line);
  lines.sort((left, right) => (left.path < right.path ? -1 : 1));
  return { name: `The recipe copy ${name}`, folder, lines, modified: 0 };
}

/** In the form of fingerprint.json. */
export function inventoryText(lines: readonly FingerprintLine[]): string {
  return `${JSON.stringify({ version: 1, files: lines })}\n`;
}

export function sha256Of(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

async function* linesBelow(root: string, folder: string): AsyncGenerator<FingerprintLine> {
  for (const name of await readdir(join(root, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const line = await lineOf(join(root, path), path);
    yield line;
    if (line.kind === 'folder') yield* linesBelow(root, path);
  }
}

async function lineOf(full: string, path: string): Promise<FingerprintLine> {
  const stats = await lstat(full);
  const common = { path, size: 0, mode: stats.mode & 0o777, mtime: Math.round(stats.mtimeMs) };
  if (stats.isFile()) return { ...common, kind: 'file', size: stats.size, sha256: await hashFile(full) };
  if (stats.isSymbolicLink()) return { ...common, kind: 'symlink', target: await readlink(full) };
  return { ...common, kind: stats.isDirectory() ? 'folder' : 'other' };
}
