import { obeyCommands } from '../support/threads/obey-commands.js';
import { explainArchiveFailure } from './archive-failure.js';
import { ExtractProgress } from './extract-progress.js';
import type { UnpackCommand, UnpackProgress } from './pool/extract-messages.js';
import type { Unpacked } from './unpack.js';
import { unpackArchive } from './unpack-archive.js';

// The entry of the threads that extract: what keeps a processor busy is done here, so that the main thread stays free.
obeyCommands<{ command: UnpackCommand; progress: UnpackProgress; result: Unpacked }>(
  async ({ format, request }, tell) => {
    const progress = new ExtractProgress((files, bytes) => {
      tell([files, bytes]);
    });
    try {
      return await unpackArchive({ ...request, signal: undefined, progress: progress.tell }, format);
    } catch (error) {
      throw explainArchiveFailure(error, request.archive, format);
    }
  },
);
