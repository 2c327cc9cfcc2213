import { parentPort } from 'node:worker_threads';
import { toErrorReport } from '../errors/index.js';
import { explainArchiveFailure } from './archive-failure.js';
import { ExtractProgress } from './extract-progress.js';
import type { UnpackCommand, UnpackReply } from './pool/extract-messages.js';
import { unpackArchive } from './unpack-archive.js';

// The entry of the threads that extract: what keeps a processor busy is done here, so that the main thread stays free.
const port = parentPort;
port?.on('message', (command: UnpackCommand) => {
  void obey(command).then((reply) => {
    port.postMessage(reply);
  });
});

async function obey({ format, request }: UnpackCommand): Promise<UnpackReply> {
  const progress = new ExtractProgress((files, bytes) => {
    port?.postMessage({ kind: 'progress', files, bytes } satisfies UnpackReply);
  });
  try {
    const unpacked = await unpackArchive({ ...request, signal: undefined, progress: progress.tell }, format);
    return { kind: 'done', unpacked };
  } catch (error) {
    // Errors lose their class and their fields on the way to the other thread.
    return { kind: 'failed', failure: toErrorReport(explainArchiveFailure(error, request.archive, format)) };
  }
}
