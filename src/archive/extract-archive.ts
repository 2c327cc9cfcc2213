import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError, hasCode } from '../errors/index.js';
import { allowManyListeners } from '../support/many-listeners.js';
import type { ArchiveFormat, ExtractRequest, ExtractResult } from './archive.js';
import { explainArchiveFailure } from './archive-failure.js';
import { archiveFormat } from './detect-archive.js';
import { mergeTree } from './merge-tree.js';
import { unpackTar } from './unpack-tar.js';
import { unpackZip } from './unpack-zip.js';
import type { Unpacked, UnpackRequest } from './unpack.js';

const UNPACKERS: Readonly<Record<ArchiveFormat, (request: UnpackRequest) => Promise<Unpacked>>> = {
  tar: (request) => unpackTar(request, false),
  'tar.gz': (request) => unpackTar(request, true),
  zip: unpackZip,
};

/**
 * Unpacks an archive into a folder that may have content: folders are merged, files replaced. The archive is unpacked
 * aside first, so that a damaged or unsafe one leaves nothing behind.
 * @throws FettleError E_ARCHIVE (damaged or unknown), E_ARCHIVE_UNSAFE, E_FILE (missing), E_DISK_FULL
 */
export async function extractArchive(request: ExtractRequest): Promise<ExtractResult> {
  const format = await requireFormat(request.archive);
  request.signal?.throwIfAborted();
  if (request.signal) allowManyListeners(request.signal);
  const startedAt = performance.now();
  request.emit({ kind: 'extract:start', archive: request.archive });
  const files = await unpackAside(request, format);
  const durationMs = performance.now() - startedAt;
  request.emit({ kind: 'extract:end', archive: request.archive, files, durationMs });
  return { files };
}

async function requireFormat(archive: string): Promise<ArchiveFormat> {
  const format = await archiveFormat(archive).catch((error: unknown) => {
    throw unreadable(archive, error);
  });
  if (format) return format;
  throw new FettleError('E_ARCHIVE', `${archive} is not an archive of a known kind.`, {
    facts: { archive, known: ['tar', 'tar.gz', 'zip'] },
    hint: 'Extract it in a script with a program that knows it.',
  });
}

function unreadable(archive: string, cause: unknown): FettleError {
  const problem = hasCode(cause, 'ENOENT') ? 'does not exist' : 'cannot be read';
  return new FettleError('E_FILE', `The archive ${archive} ${problem}.`, { facts: { archive }, cause });
}

async function unpackAside(request: ExtractRequest, format: ArchiveFormat): Promise<number> {
  const { archive, destination, strip, signal } = request;
  await mkdir(destination, { recursive: true });
  const folder = await mkdtemp(join(destination, '.extract-'));
  try {
    const unpacked = await UNPACKERS[format]({ archive, folder, strip, signal });
    signal?.throwIfAborted();
    await mergeTree(unpacked.root, destination);
    return unpacked.files;
  } catch (error) {
    signal?.throwIfAborted();
    throw explainArchiveFailure(error, archive, format);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
