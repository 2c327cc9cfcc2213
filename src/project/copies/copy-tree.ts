import { lstatSync, mkdirSync, readdirSync, readlinkSync, realpathSync, symlinkSync, type Dirent } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { FettleError } from '../../errors/index.js';
import { forEachBounded } from '../../support/for-each-bounded.js';
import { isBelow } from '../../support/path-containment.js';
import { FileCopier, type FileToCopy } from './file-copier.js';
import type { CopyKind } from './link-mode.js';

/** The four threads of Node's pool need not wait for this one in between: with eight it takes a third longer. */
const SMALL_AT_ONCE = 64;
/** An interruption waits for those that have begun. */
const LARGE_AT_ONCE = 2;
const NODES_BETWEEN_BREATHS = 200;
const OWNER_ALL = 0o700;
const PERMISSIONS = 0o777;

/** The tree of an asset, and where its copy is to be. */
export interface TreeToCopy {
  readonly from: string;
  /** Must not be there. */
  readonly to: string;
  /** How its files may be copied, the best kind first. */
  readonly kinds: readonly [CopyKind, ...CopyKind[]];
  readonly signal: AbortSignal;
}

export interface CopiedTree {
  readonly kind: CopyKind;
  readonly files: number;
}

/**
 * Copies a tree. Its folders are new and writable, its files what `kinds` says, links stay links.
 * @throws FettleError E_LINK for what cannot be copied; the signal's reason; else the system's own error
 */
export async function copyTree({ from, to, kinds, signal }: TreeToCopy): Promise<CopiedTree> {
  const copier = new FileCopier(kinds);
  const large: TreeNode[] = [];
  const links: string[] = [];
  let files = 0;
  let nodes = 0;
  let breath: Promise<void> | undefined;
  await forEachBounded(makeFolders(from, to), SMALL_AT_ONCE, async (node) => {
    signal.throwIfAborted();
    if (node.entry.isSymbolicLink()) links.push(join(node.folder, node.entry.name));
    else if (node.entry.isFile()) {
      files += 1;
      if (!(await copier.copySmall(node))) large.push(node);
    }
    nodes += 1;
    if (nodes % NODES_BETWEEN_BREATHS === 0) breath = breathe();
    await breath;
  });
  await forEachBounded(large, LARGE_AT_ONCE, async (node) => {
    signal.throwIfAborted();
    await copier.copy(node);
  });
  signal.throwIfAborted();
  // When all else is there, because Windows wants to know what a link leads to.
  copyLinks(from, to, links);
  return { kind: copier.kind, files };
}

interface TreeNode extends FileToCopy {
  readonly entry: Dirent;
  /** Within the tree. */
  readonly folder: string;
}

/** Walks through the tree at `from`, and makes each folder below `to` before it tells what is to be in it. */
function* makeFolders(from: string, to: string): Generator<TreeNode, void> {
  const folders = [''];
  for (let folder = folders[0], index = 0; folder !== undefined; folder = folders[++index]) {
    const source = join(from, folder);
    const target = join(to, folder);
    mkdirSync(target, { mode: (lstatSync(source).mode & PERMISSIONS) | OWNER_ALL });
    for (const entry of readdirSync(source, { withFileTypes: true })) {
      refuseNameless(source, entry);
      if (entry.isDirectory()) folders.push(join(folder, entry.name));
      yield { entry, folder, from: source + sep + entry.name, to: target + sep + entry.name };
    }
  }
}

/** A name that is not UTF-8 cannot be addressed by a string. */
function refuseNameless(folder: string, { name }: Dirent): void {
  if (!name.includes('\uFFFD')) return;
  throw new FettleError('E_LINK', 'a file of a package has a name that is not UTF-8, so it cannot be copied', {
    facts: { path: join(folder, name) },
    hint: 'Use the package where it lies in the cache: fettle sync --link none',
  });
}

function copyLinks(from: string, to: string, links: readonly string[]): void {
  if (links.length === 0) return;
  const roots = [from, realpathSync(from)];
  for (const link of links) symlinkSync(targetOf(roots, link, readlinkSync(join(from, link))), join(to, link));
}

/**
 * What a link in the copy leads to: a way inside of the tree leads to the copy, also where it was written as an absolute
 * one; a way out of the tree leads to the same file as before.
 */
function targetOf(roots: readonly string[], link: string, target: string): string {
  const [from = ''] = roots;
  const folder = dirname(join(from, link));
  if (!isAbsolute(target)) return isWithin(from, resolve(folder, target)) ? target : resolve(folder, target);
  const root = roots.find((each) => isWithin(each, resolve(target)));
  return root === undefined ? target : relative(dirname(join(root, link)), target) || '.';
}

function isWithin(root: string, path: string): boolean {
  return path === root || isBelow(root, path);
}
