import { createHash } from 'node:crypto';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stats } from 'node:fs';
import { hashFile } from './digests.js';
import { explainLocalFailure } from './local-failure.js';

/**
 * A digest (SHA-256, hex) of a file or folder as it would be copied: names, contents, executable bits and the targets
 * of links. Dates, owners and the order of the file system do not count, nor does the path itself.
 * @throws FettleError E_FETCH_MISSING, E_FILE
 */
export async function digestPath(path: string): Promise<string> {
  const digest = createHash('sha256');
  try {
    for await (const record of describe(path, '')) digest.update(`${JSON.stringify(record)}\n`);
  } catch (error) {
    throw explainLocalFailure(error, path);
  }
  return digest.digest('hex');
}

type PathRecord = readonly [name: string, kind: string, content: string];

async function* describe(path: string, name: string): AsyncGenerator<PathRecord> {
  const found = await lstat(path);
  if (!found.isDirectory()) {
    yield await describeLeaf(path, name, found);
    return;
  }
  yield [name, 'folder', ''];
  for (const child of (await readdir(path)).sort(byCodePoint)) {
    yield* describe(join(path, child), name === '' ? child : `${name}/${child}`);
  }
}

async function describeLeaf(path: string, name: string, found: Stats): Promise<PathRecord> {
  if (found.isSymbolicLink()) return [name, 'link', await readlink(path)];
  if (found.isFile()) return [name, (found.mode & 0o100) === 0 ? 'file' : 'program', await hashFile(path)];
  return [name, 'other', ''];
}

function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
