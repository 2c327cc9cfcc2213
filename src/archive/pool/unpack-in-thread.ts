import { explainArchiveFailure } from '../archive-failure.js';
import { ExtractProgress } from '../extract-progress.js';
import type { Unpacked } from '../unpack.js';
import type { UnpackCommand, UnpackProgress } from './extract-messages.js';

/**
 * What a thread does when it is told to unpack. It cannot be interrupted: who wants that ends the thread.
 * @throws FettleError E_ARCHIVE, E_ARCHIVE_UNSAFE, E_DISK_FULL
 */
export async function unpackInThread(
  { format, request }: UnpackCommand,
  tell: (progress: UnpackProgress) => void,
): Promise<Unpacked> {
  const { unpackArchive } = await import('../unpack-archive.js');
  const progress = new ExtractProgress((files, bytes) => {
    tell([files, bytes]);
  });
  try {
    return await unpackArchive({ ...request, signal: undefined, progress: progress.tell }, format);
  } catch (error) {
    throw explainArchiveFailure(error, request.archive, format);
  }
}
