import { chmodSync, lstatSync, readdirSync, readlinkSync, type Dirent, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { FettleError } from '../errors/index.js';
import type { KnownDigests } from '../support/file-digests.js';
import { patiently } from '../support/patiently.js';
import { digestFile } from './digest-file.js';
import { syncFile, type Durability } from './durable-file.js';
import { FLUSH_NEEDS_WRITING } from './flush-needs-writing.js';
import { forEachBounded } from '../support/for-each-bounded.js';
import { nodeKind, type TreeNode } from './tree.js';
import type { Unflushed } from './unflushed.js';

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
  /** SHA-256 of a file's content, 64 hex digits. */
  readonly sha256?: string;
}

export interface SealedTree {
  /** Sorted by path. */
  readonly lines: readonly FingerprintLine[];
  /** Sum of the sizes of the files. */
  readonly bytes: number;
  readonly files: number;
  /** What must be on the disk before anything may vouch for the tree; nothing where that is not asked for. */
  readonly unflushed: Unflushed;
}

/** A regular file below the root of a tree. */
export type FileToSeal = Pick<FingerprintLine, 'path' | 'size' | 'sha256'>;

/** The SHA-256 of files that had none, by path, and the paths of those that are not on the disk yet. */
export interface SealedFiles {
  readonly digests: ReadonlyMap<string, string>;
  readonly unflushed: readonly string[];
}

export type SealFiles = (root: string, files: readonly FileToSeal[], durability: Durability) => Promise<SealedFiles>;

export interface Sealing extends Durability {
  /** Digests that need not be found out again. */
  readonly known?: KnownDigests;
  /** Default: in a way that lets others of this thread have their turns. */
  readonly sealFiles?: SealFiles;
}

const AT_ONCE = 16;
const NODES_BETWEEN_BREATHS = 200;
const WRITE_BITS = 0o222;
const OWNER_READS = 0o400;
const OWNER_ENTERS = 0o500;

/**
 * Makes a tree read-only and takes its inventory. Links are not followed. The many small calls are synchronous, in short
 * batches: through the thread pool they would take ten times as long. Only reading large files is not, nor flushing them on
 * Windows.
 * @throws FettleError E_FILE when `root` is no folder; a link there would seal what it points to
 */
export async function sealTree(root: string, sealing: Sealing): Promise<SealedTree> {
  return finish(root, await protectTree(root, sealing, Infinity, Infinity), sealing);
}

/**
 * The same for a tree that is worth no thread: its nodes are made read-only as they are found, and where there turn out to
 * be more, nothing else has been done.
 * @returns undefined for one with `fewest` files or bytes
 */
export async function sealSmallTree(
  root: string,
  sealing: Sealing,
  fewest: { readonly files: number; readonly bytes: number },
): Promise<SealedTree | undefined> {
  const found = await protectTree(root, sealing, fewest.files, fewest.bytes);
  return found.isTooLarge ? undefined : finish(root, found, sealing);
}

/** What was found in a tree; its files are read-only, its folders not yet. */
interface ProtectedTree {
  readonly lines: FingerprintLine[];
  readonly folders: readonly SealedFolder[];
  /** Those that must be looked into, or flushed. */
  readonly files: readonly FingerprintLine[];
  /** Then the rest was not looked at. */
  readonly isTooLarge: boolean;
}

async function protectTree(
  root: string,
  { fsync, known }: Sealing,
  fewestFiles: number,
  fewestBytes: number,
): Promise<ProtectedTree> {
  const lines: FingerprintLine[] = [];
  const found = [''];
  const folders: SealedFolder[] = [];
  const files: FingerprintLine[] = [];
  let [counted, bytes] = [0, 0];
  for (const folder of found) {
    const path = join(root, folder);
    folders.push({ path, mode: makeEnterable(path, folder === '') });
    for (const child of await patiently(() => readdirSync(path, { withFileTypes: true }))) {
      // A name that is not UTF-8 cannot be addressed by a string path.
      if (child.name.includes('\uFFFD')) continue;
      const line = sealNode(root, folder === '' ? child.name : `${folder}/${child.name}`, child, known);
      lines.push(line);
      if (line.kind === 'folder') found.push(line.path);
      if (line.kind === 'file') {
        [counted, bytes] = [counted + 1, bytes + line.size];
        if (fsync || line.sha256 === undefined) files.push(line);
        if (counted >= fewestFiles || bytes >= fewestBytes) return { lines, folders, files, isTooLarge: true };
      }
      if (lines.length % NODES_BETWEEN_BREATHS === 0) await breathe();
    }
  }
  return { lines, folders, files, isTooLarge: false };
}

async function finish(root: string, { lines, folders, files }: ProtectedTree, sealing: Sealing): Promise<SealedTree> {
  const { sealFiles = hashFiles } = sealing;
  const { digests, unflushed } = await sealFiles(root, files, sealing);
  for (const { path, mode } of folders) chmodSync(path, mode & ~WRITE_BITS);
  return {
    ...summarise(lines.map((line) => withDigest(line, digests.get(line.path)))),
    unflushed: {
      files: unflushed.map((path) => join(root, path)),
      folders: sealing.fsync ? folders.map(({ path }) => path) : [],
    },
  };
}

interface SealedFolder {
  readonly path: string;
  /** Permissions that it had, or was given so that it can be read. */
  readonly mode: number;
}

function refuseOtherThanFolder(root: string, stats: Stats): void {
  if (stats.isDirectory()) return;
  throw new FettleError('E_FILE', 'the install folder was replaced by something that is no folder', {
    facts: { path: root, got: stats.isSymbolicLink() ? 'a symbolic link' : 'a file' },
    hint: 'Let the recipe put its files into install_dir and leave the folder itself as it is.',
  });
}

/** A script may have left a folder that not even its owner can read. @returns its permissions then */
function makeEnterable(folder: string, isRoot: boolean): number {
  const stats = lstatSync(folder);
  if (isRoot) refuseOtherThanFolder(folder, stats);
  const mode = permissions(stats.mode) | OWNER_ENTERS;
  if (mode !== permissions(stats.mode)) chmodSync(folder, mode);
  return mode;
}

/** Files become read-only here, folders when they have been read and their names are safe. */
function sealNode(root: string, path: string, entry: Dirent, known?: KnownDigests): FingerprintLine {
  const full = join(root, path);
  const kind = nodeKind(entry);
  const stats = lstatSync(full);
  const mode = sealedMode(kind, stats);
  // Windows flushes only what may be written to, so there the write bits stay until then.
  if (kind === 'file' && mode !== permissions(stats.mode) && !FLUSH_NEEDS_WRITING) chmodSync(full, mode);
  const line = { path, kind, size: kind === 'file' ? stats.size : 0, mode, mtime: Math.round(stats.mtimeMs) };
  if (kind === 'symlink') return { ...line, target: readlinkSync(full) };
  return kind === 'file' ? withDigest(line, known?.digestOf(stats)) : line;
}

function sealedMode(kind: TreeNode['kind'], { mode }: Stats): number {
  if (kind === 'folder') return (permissions(mode) | OWNER_ENTERS) & ~WRITE_BITS;
  return kind === 'file' ? (permissions(mode) | OWNER_READS) & ~WRITE_BITS : permissions(mode);
}

function permissions(mode: number): number {
  return mode & 0o7777;
}

/** Leaves the flushing to the caller, but for Windows, which flushes only what may still be written to. */
const hashFiles: SealFiles = async (root, files, { fsync, filesAtOnce = AT_ONCE }) => {
  const digests = new Map<string, string>();
  await forEachBounded(files, filesAtOnce, async ({ path, size, sha256 }) => {
    const full = join(root, path);
    if (sha256 === undefined) digests.set(path, await digestFile(full, size));
    if (!FLUSH_NEEDS_WRITING) return;
    if (fsync) await syncFile(full);
    chmodSync(full, 0o444);
  });
  return { digests, unflushed: fsync && !FLUSH_NEEDS_WRITING ? files.map(({ path }) => path) : [] };
};

function withDigest(line: FingerprintLine, sha256: string | undefined): FingerprintLine {
  return sha256 === undefined ? line : { ...line, sha256 };
}

function summarise(lines: FingerprintLine[]): Omit<SealedTree, 'unflushed'> {
  lines.sort((left, right) => (left.path < right.path ? -1 : 1));
  return {
    lines,
    bytes: lines.reduce((sum, line) => sum + line.size, 0),
    files: lines.filter((line) => line.kind !== 'folder').length,
  };
}
