import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { FingerprintLine } from '../cache/index.js';
import { FettleError, hasCode } from '../errors/index.js';
import type { TarItem } from './tar-stream.js';

const CHUNK = 256 * 1024;

/** A folder to be exported, and what it must hold. */
export interface ExportedTree {
  /** What it is, for errors. */
  readonly name: string;
  readonly folder: string;
  readonly lines: readonly FingerprintLine[];
  /** The time the folder itself gets, milliseconds since the epoch. */
  readonly modified: number;
}

/**
 * The files of a tree, by path, with parents before what is in them. Each is compared with the inventory while it is
 * read. Files with several names are stored once.
 * @param place the folder in the archive
 * @param onContent is given each file's content as well, in pieces
 * @throws FettleError E_CHECKSUM when the tree has changed
 */
export async function* treeItems(
  tree: ExportedTree,
  place: string,
  onContent: (path: string) => (chunk: Buffer) => void = () => () => undefined,
): AsyncGenerator<TarItem> {
  const { lines, modified } = tree;
  yield { path: place, kind: 'folder', mode: 0o755, modified };
  const firstNames = new Map<string, string>();
  for (const line of lines) {
    const path = join(place, line.path);
    const common = { path, mode: line.mode & 0o777, modified: line.mtime };
    const stats = lstatOf(tree, line);
    if (line.kind === 'folder') yield { ...common, kind: 'folder' };
    else if (line.kind === 'symlink') yield { ...common, kind: 'symlink', target: line.target ?? '' };
    else {
      const inode = `${String(stats.dev)}:${String(stats.ino)}`;
      const first = stats.nlink > 1 ? firstNames.get(inode) : undefined;
      if (first !== undefined) yield { ...common, kind: 'hard link', target: first };
      else
        yield { ...common, kind: 'file', size: line.size, content: verifiedContent(tree, line, onContent(line.path)) };
      firstNames.set(inode, path);
    }
  }
}

function lstatOf(tree: ExportedTree, line: FingerprintLine): Stats {
  try {
    return lstatSync(join(tree.folder, line.path));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) throw differs(tree, line.path, 'missing');
    throw error;
  }
}

async function* verifiedContent(
  tree: ExportedTree,
  line: FingerprintLine,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(join(tree.folder, line.path), { highWaterMark: CHUNK })) {
    hash.update(chunk as Buffer);
    onChunk(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes <= line.size) yield chunk as Buffer;
  }
  if (bytes !== line.size || hash.digest('hex') !== line.sha256) throw differs(tree, line.path, 'content');
}

function differs({ name, folder }: ExportedTree, path: string, got: string): FettleError {
  return new FettleError('E_CHECKSUM', `${name} is not as it was when it was completed.`, {
    facts: { path: join(folder, path), got },
    hint: 'Run "fettle cache verify --repair" and "fettle sync", then export again.',
  });
}
