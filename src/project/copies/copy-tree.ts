import { lstatSync, mkdirSync, readdirSync, readlinkSync, realpathSync, symlinkSync, type Dirent } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { FettleError } from '../../errors/index.js';
import { isBelow } from '../../support/path-containment.js';
import { FileCopier } from './file-copier.js';
import type { CopyKind } from './link-mode.js';

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
 * Copies a tree. Its folders are new and writable, its files what `kinds` says, links stay links. The many small calls
 * are synchronous, in short batches: through the thread pool they would take several times as long.
 * @throws FettleError E_LINK for what cannot be copied; the signal's reason; else the system's own error
 */
export async function copyTree({ from, to, kinds, signal }: TreeToCopy): Promise<CopiedTree> {
  const copier = new FileCopier(kinds);
  const links: string[] = [];
  const folders = [''];
  let files = 0;
  let nodes = 0;
  for (let folder = folders[0], index = 0; folder !== undefined; folder = folders[++index]) {
    const source = join(from, folder);
    mkdirSync(join(to, folder), { mode: (lstatSync(source).mode & PERMISSIONS) | OWNER_ALL });
    for (const entry of readdirSync(source, { withFileTypes: true })) {
      refuseNameless(source, entry);
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isSymbolicLink()) links.push(path);
      else if (entry.isFile()) {
        await copier.copy(join(from, path), join(to, path));
        files += 1;
      }
      nodes += 1;
      if (nodes % NODES_BETWEEN_BREATHS === 0) await breathe();
      signal.throwIfAborted();
    }
  }
  // When all else is there, because Windows wants to know what a link leads to.
  copyLinks(from, to, links);
  return { kind: copier.kind, files };
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
