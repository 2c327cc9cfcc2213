import { lstat, readdir, rename } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Dirent, Stats } from 'node:fs';
import { hasCode } from '../errors/index.js';
import { UnsafeEntry } from './archive-failure.js';

interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Moves everything in `from` into `into` (same file system): folders are merged, files and links replaced. All
 * conflicts are found before the first move.
 * @throws UnsafeEntry when a folder would be merged through a link; Error when a file and a folder have one name
 */
export async function mergeTree(from: string, into: string): Promise<void> {
  const moves: Move[] = [];
  await planMoves(from, into, { root: into, moves });
  for (const move of moves) await rename(move.from, move.to);
}

interface Plan {
  readonly root: string;
  readonly moves: Move[];
}

async function planMoves(from: string, into: string, plan: Plan): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const move = { from: join(from, entry.name), to: join(into, entry.name) };
    const existing = await lstatIfThere(move.to);
    if (entry.isDirectory() && existing?.isDirectory()) {
      await planMoves(move.from, move.to, plan);
      continue;
    }
    if (existing) assertReplaceable(entry, existing, relative(plan.root, move.to));
    plan.moves.push(move);
  }
}

async function lstatIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function assertReplaceable(entry: Dirent, existing: Stats, name: string): void {
  if (entry.isDirectory() && existing.isSymbolicLink()) {
    throw new UnsafeEntry(name, 'would be written through a link that is already there');
  }
  if (entry.isDirectory()) throw new Error(`the folder ${name} is already there as a file`);
  if (existing.isDirectory()) throw new Error(`the file ${name} is already there as a folder`);
}
