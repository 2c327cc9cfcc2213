import { createWriteStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isNameOfDead, ownName } from '../cache/index.js';
import { FettleError, hasCode, messageOf } from '../errors/index.js';
import { compressionOf, compressor } from './compression.js';

const SUFFIX = '.partial';

/**
 * Writes an archive to a file that appears whole, in the place of what was there, or not at all.
 * @returns its bytes
 * @throws FettleError E_USAGE when no file can be written there, E_DISK_FULL
 */
export async function writeOutput(
  file: string,
  tar: AsyncIterable<Buffer>,
  { pid, signal }: { readonly pid: number; readonly signal: AbortSignal },
): Promise<number> {
  const partial = `${prefixOf(file)}${ownName(pid)}${SUFFIX}`;
  try {
    await refuseFolder(file);
    await removeDeadPartials(file, pid);
    const output = createWriteStream(partial, { flags: 'wx' });
    await pipeline(tar, compressor(compressionOf(file)), output, { signal });
    await flush(partial);
    const { size } = await stat(partial);
    await rename(partial, file);
    return size;
  } catch (error) {
    signal.throwIfAborted();
    throw explainWriting(file, error);
  } finally {
    await rm(partial, { force: true });
  }
}

function prefixOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.`);
}

async function refuseFolder(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) throw new FettleError('E_USAGE', `${file} is a folder.`, { hint: 'Name a file in it.' });
}

/** What killed exports to the same file left beside it. */
async function removeDeadPartials(file: string, pid: number): Promise<void> {
  const prefix = basename(prefixOf(file));
  for (const name of await readdir(dirname(file)).catch(() => [])) {
    if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) continue;
    const owner = name.slice(prefix.length, -SUFFIX.length);
    if (isNameOfDead(owner, pid)) await rm(join(dirname(file), name), { force: true });
  }
}

async function flush(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}

/** What comes from the cache is explained where it is read; the rest is about the file. */
function explainWriting(file: string, error: unknown): unknown {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
    return new FettleError('E_DISK_FULL', 'The disk is full: the export cannot be written.', {
      facts: { path: file },
      hint: 'Make room, or write it to another disk.',
      cause: error,
    });
  }
  if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG')) return error;
  return new FettleError('E_USAGE', `The export cannot be written: ${messageOf(error)}`, {
    facts: { path: file },
    hint: 'Choose a folder that is there and that you may write to.',
    cause: error,
  });
}
