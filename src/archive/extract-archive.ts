import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError, hasCode } from '../errors/index.js';
import { allowManyListeners } from '../support/many-listeners.js';
import { ARCHIVE_FORMATS, type ArchiveFormat } from './archive.js';
import { explainArchiveFailure } from './archive-failure.js';
import { archiveFormat } from './detect-archive.js';
import { ExtractProgress } from './extract-progress.js';
import type { ExtractRequest, ExtractResult } from './extract-request.js';
import { DEFAULT_LIMITS } from './limits.js';
import { mergeTree } from './merge-tree.js';
import type { Unpacked, UnpackRequest } from './unpack.js';

/**
 * Unpacks an archive into a folder that may have content: folders are merged, files replaced. The archive is unpacked
 * aside first, so that a damaged or unsafe one leaves nothing behind.
 * @throws FettleError E_ARCHIVE (damaged or unknown), E_ARCHIVE_UNSAFE, E_FILE (missing), E_DISK_FULL
 */
export async function extractArchive(request: ExtractRequest): Promise<ExtractResult> {
  const { archive, emit, signal } = request;
  const format = await requireFormat(archive);
  signal?.throwIfAborted();
  if (signal) allowManyListeners(signal);
  const startedAt = performance.now();
  emit({ kind: 'extract:start', archive });
  const { files, bytes, digests } = await unpackAside(request, format);
  emit({ kind: 'extract:end', archive, files, bytes, durationMs: performance.now() - startedAt });
  return { files, bytes, ...(digests && { digests }) };
}

async function requireFormat(archive: string): Promise<ArchiveFormat> {
  const format = await archiveFormat(archive).catch((error: unknown) => {
    throw unreadable(archive, error);
  });
  if (format) return format;
  throw new FettleError('E_ARCHIVE', `${archive} is not an archive of a known kind.`, {
    facts: { archive, known: ARCHIVE_FORMATS },
    hint: 'Extract it in a script with a program that knows it.',
  });
}

function unreadable(archive: string, cause: unknown): FettleError {
  const problem = hasCode(cause, 'ENOENT') ? 'does not exist' : 'cannot be read';
  return new FettleError('E_FILE', `The archive ${archive} ${problem}.`, { facts: { archive }, cause });
}

async function unpackAside(request: ExtractRequest, format: ArchiveFormat): Promise<Unpacked> {
  const { archive, destination, signal } = request;
  await mkdir(destination, { recursive: true });
  const folder = await mkdtemp(join(destination, '.extract-'));
  try {
    const unpacked = await unpackInto(folder, request, format);
    signal?.throwIfAborted();
    await mergeTree(unpacked.root, destination);
    return unpacked;
  } catch (error) {
    signal?.throwIfAborted();
    throw explainArchiveFailure(error, archive, format);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function unpackInto(folder: string, request: ExtractRequest, format: ArchiveFormat): Promise<Unpacked> {
  const { archive, strip, emit, pool } = request;
  const progress = new ExtractProgress((files, bytes) => {
    emit({ kind: 'extract:progress', archive, files, bytes });
  });
  const unpackRequest: UnpackRequest = {
    ...{ archive, folder, strip },
    isFinal: request.isFinal ?? false,
    limits: { ...DEFAULT_LIMITS, ...request.limits },
    signal: request.signal,
    progress: progress.tell,
  };
  if (pool && (await stat(archive)).size >= pool.leastBytes) return pool.unpack(unpackRequest, format);
  const { unpackArchive } = await import('./unpack-archive.js');
  return unpackArchive(unpackRequest, format);
}
