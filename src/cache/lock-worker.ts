import { parentPort, workerData } from 'node:worker_threads';
import { lock } from 'proper-lockfile';
import type { LockRequest, LockWorkerData } from './lock-messages.js';
import { LockSession, type KeepHeartbeat } from './lock-session.js';

/** proper-lockfile wants at least these. */
const LEAST_STALE_MS = 2000;

// The entry of the worker thread: locks live here, so that a busy main thread never stops their heartbeat.
const port = parentPort;
if (port) {
  const session = new LockSession(workerData as LockWorkerData, keepHeartbeat(), (message) => {
    port.postMessage(message);
  });
  port.on('message', (request: LockRequest) => {
    void (request.kind === 'close' ? session.close().finally(() => port.close()) : session.handle(request));
  });
}

function keepHeartbeat(): KeepHeartbeat {
  return (lockFolder, { token, staleMs, files, onLost }) => {
    const stale = Math.max(staleMs, LEAST_STALE_MS);
    // The package tells its locks apart by this name; one of our own for each claim keeps a lost one and its
    // successor apart.
    return lock(`${lockFolder}#${token}`, {
      lockfilePath: lockFolder,
      realpath: false,
      retries: 0,
      stale,
      update: stale / 3,
      fs: files,
      onCompromised: onLost,
    });
  };
}
