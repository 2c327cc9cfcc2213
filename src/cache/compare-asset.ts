import { lstat, readlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { hasCode } from '../errors/index.js';
import { digestFile } from './digest-file.js';
import { forEachBounded } from '../support/for-each-bounded.js';
import type { FingerprintLine } from './seal.js';
import { walkTree, type TreeNode } from './tree.js';
import type { Damage } from './verification.js';

const AT_ONCE = 4;

/** Reads every file of an asset and tells what is not as its inventory says, by path. */
export async function compareAsset(
  assetDir: string,
  lines: readonly FingerprintLine[],
  signal: AbortSignal,
): Promise<readonly Damage[]> {
  const found = await nodesBelow(assetDir);
  const damage: Damage[] = [];
  await forEachBounded(lines, AT_ONCE, async (line) => {
    signal.throwIfAborted();
    const kind = found.get(line.path);
    found.delete(line.path);
    if (kind === undefined) damage.push({ kind: 'missing', path: line.path, detail: line.kind });
    else damage.push(...(await compareNode(join(assetDir, line.path), line, kind)));
  });
  for (const [path, kind] of found) damage.push({ kind: 'extra', path, detail: kind });
  return damage.sort((left, right) => ((left.path ?? '') < (right.path ?? '') ? -1 : 1));
}

async function nodesBelow(folder: string): Promise<Map<string, TreeNode['kind']>> {
  const found = new Map<string, TreeNode['kind']>();
  for await (const { path, kind } of walkTree(folder)) {
    found.set(relative(folder, path).replaceAll(sep, '/'), kind);
  }
  return found;
}

async function compareNode(path: string, line: FingerprintLine, kind: TreeNode['kind']): Promise<readonly Damage[]> {
  try {
    const detail = await differenceOf(path, line, kind);
    return detail === undefined ? [] : [{ kind: 'changed', path: line.path, detail }];
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [{ kind: 'missing', path: line.path, detail: line.kind }];
    // What cannot be read is no use to anybody, whatever is in it.
    if (hasCode(error, 'EIO', 'EACCES', 'EPERM'))
      return [{ kind: 'changed', path: line.path, detail: 'cannot be read' }];
    throw error;
  }
}

/** The time of a file is not compared when its content is: copying a cache or restoring a backup may change it. */
async function differenceOf(path: string, line: FingerprintLine, kind: TreeNode['kind']): Promise<string | undefined> {
  if (kind !== line.kind) return `${line.kind} → ${kind}`;
  if (kind === 'symlink') return (await readlink(path)) === line.target ? undefined : 'target';
  const stats = await lstat(path);
  if (kind === 'file' && stats.size !== line.size) return `size ${line.size} → ${stats.size}`;
  const mode = stats.mode & 0o7777;
  // Windows has no modes; it makes them up.
  if (process.platform !== 'win32' && mode !== line.mode) return `mode ${octal(line.mode)} → ${octal(mode)}`;
  if (kind !== 'file') return undefined;
  if (line.sha256 === undefined) return Math.round(stats.mtimeMs) === line.mtime ? undefined : 'time';
  return (await digestFile(path)) === line.sha256 ? undefined : 'content';
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}
