import { constants, copyFile, cp, lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stats } from 'node:fs';
import { FettleError } from '../errors/index.js';
import { assertExpected } from './checksum.js';
import { digestPath } from './digest-path.js';
import { digestFile } from './digests.js';
import { explainLocalFailure } from './local-failure.js';
import { partialPath, publish } from './partial-file.js';
import type { Arrival, Arrived } from './transport.js';

/**
 * Copies a file or a folder from this machine; blocks are shared where the file system can.
 * @throws FettleError E_FETCH_MISSING, E_CHECKSUM, E_INTEGRITY_SPEC for a folder with a digest, E_FILE, E_DISK_FULL
 */
export async function copyLocal(path: string, arrival: Arrival): Promise<Arrived> {
  const partial = partialPath(arrival.directory);
  try {
    const found = await stat(path);
    const arrived = await (found.isDirectory() ? copyFolder : copyOneFile)({ path, partial, found }, arrival);
    arrival.signal.throwIfAborted();
    await publish(partial, join(arrival.directory, arrival.fileName));
    return arrived;
  } catch (error) {
    arrival.signal.throwIfAborted();
    throw explainLocalFailure(error, path);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

interface Copy {
  readonly path: string;
  readonly partial: string;
  readonly found: Stats;
}

async function copyOneFile({ path, partial, found }: Copy, arrival: Arrival): Promise<Arrived> {
  const { expected, url } = arrival;
  if (!found.isFile()) {
    throw new FettleError('E_FILE', `The source ${path} is neither a file nor a folder.`, { facts: { path } });
  }
  await copyFile(path, partial, constants.COPYFILE_FICLONE);
  const digests = await digestFile(partial, expected);
  const { size: bytes } = await stat(partial);
  await assertExpected({ file: partial, bytes, digests, expected, url });
  return { bytes, digest: digests.hex('sha256') };
}

async function copyFolder({ path, partial }: Copy, arrival: Arrival): Promise<Arrived> {
  if (arrival.expected) throw folderHasNoDigest(path);
  // Links stay as written: rewritten ones would point back at the source.
  await cp(path, partial, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  return { bytes: await sizeOf(partial), digest: await digestPath(partial) };
}

/** @throws FettleError E_INTEGRITY_SPEC */
export function folderHasNoDigest(source: string): FettleError {
  return new FettleError('E_INTEGRITY_SPEC', `${source} is not one file, so it has no sha256.`, {
    facts: { source },
    hint: 'Leave the digest out: local folders are part of the package key, and a git ref can be a full commit id.',
  });
}

async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path);
  if (!found.isDirectory()) return found.size;
  let bytes = 0;
  for (const child of await readdir(path)) bytes += await sizeOf(join(path, child));
  return bytes;
}
