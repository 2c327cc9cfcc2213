import { chmodSync, lstatSync, utimesSync } from 'node:fs';
import { join, sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { compareAsset, parseFingerprint, type FingerprintLine } from '../cache/index.js';
import { hasCode } from '../errors/index.js';
import { fileTime } from '../support/file-time.js';
import { changed, damaged } from './failure.js';
import { leadsOut } from './portability.js';

const SHOWN_DAMAGE = 5;
const LINES_BETWEEN_BREATHS = 500;
const PERMISSIONS = 0o777;
/** What is staged can be moved and removed; who completes an entry makes its folders read-only. */
const FOLDER_MINIMUM = 0o700;
const FILE_MINIMUM = 0o400;

/**
 * Reads an inventory that came with an archive. Its paths are used, so they must stay in the tree.
 * @throws FettleError E_IMPORT
 */
export function readInventory(archive: string, name: string, text: string): readonly FingerprintLine[] {
  const lines = parseFingerprint(text);
  if (!lines?.every(isUsable)) throw damaged(archive, 'an inventory is not valid', { entry: name });
  return lines.map(stagedLine);
}

function isUsable({ path, kind, size, mode, mtime, sha256, target }: FingerprintLine): boolean {
  const parts = path.split(/[\\/]/);
  const isBelow = !parts.includes('') && !parts.includes('.') && !parts.includes('..') && !path.includes('\0');
  const isCounted =
    [size, mode].every((number) => Number.isSafeInteger(number) && number >= 0) && Number.isFinite(mtime);
  const isKnown =
    kind === 'folder' || (kind === 'file' && sha256 !== undefined) || (kind === 'symlink' && target !== undefined);
  return isBelow && isCounted && isKnown;
}

/** As a file stands while it is staged. */
function stagedLine(line: FingerprintLine): FingerprintLine {
  if (line.kind === 'symlink') return line;
  const minimum = line.kind === 'folder' ? FOLDER_MINIMUM : FILE_MINIMUM;
  return { ...line, mode: (line.mode & PERMISSIONS) | minimum };
}

/** A tree that was unpacked, and the inventory that came with it. */
export interface StagedTree {
  readonly archive: string;
  readonly name: string;
  readonly folder: string;
  readonly lines: readonly FingerprintLine[];
}

/**
 * Gives the files of a tree the modes and times of its inventory, then compares all of it.
 * @throws FettleError E_CHECKSUM, E_IMPORT
 */
export async function verifyStaged(tree: StagedTree, signal: AbortSignal): Promise<void> {
  const { archive, name, folder, lines } = tree;
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw damaged(archive, 'the files of an entry are missing', { entry: name });
  }
  await restoreAttributes(tree, signal);
  const damage = await compareAsset(folder, lines, signal);
  if (damage.length > 0) {
    const found = damage.slice(0, SHOWN_DAMAGE).map(({ kind, path, detail }) => `${kind} ${path ?? ''} ${detail}`);
    const more = damage.length - found.length;
    throw changed(archive, name, { found: more > 0 ? [...found, `and ${String(more)} more`] : found });
  }
  const leading = lines.find(({ kind, path, target = '' }) => kind === 'symlink' && leadsOut(folder, path, target));
  if (leading) {
    throw damaged(archive, 'a link leads out of its package', { entry: name, link: leading.path });
  }
}

/**
 * The archive room lets no link lead out of the staging folder, so nothing outside is touched whatever the inventory
 * says. What is not there, or something else, is found by the comparison.
 */
async function restoreAttributes({ folder, lines }: StagedTree, signal: AbortSignal): Promise<void> {
  for (const [index, { path, kind, mode, mtime }] of lines.entries()) {
    if (index % LINES_BETWEEN_BREATHS === 0) {
      await breathe();
      signal.throwIfAborted();
    }
    if (kind === 'symlink') continue;
    const full = join(folder, path.split('/').join(sep));
    try {
      chmodSync(full, mode);
      utimesSync(full, fileTime(mtime / 1000), fileTime(mtime / 1000));
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL')) throw error;
    }
  }
}
