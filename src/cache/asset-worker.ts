import { unpackInThread, type UnpackProgress } from '../archive/index.js';
import { obeyCommands } from '../support/threads/obey-commands.js';
import type { AssetCommand, AssetResult } from './asset-threads.js';
import { sealInThread } from './seal-asset.js';

// The entry of the threads that make assets: unpacking and hashing keep a processor busy, flushing waits for the disk.
obeyCommands<{ command: AssetCommand; progress: UnpackProgress; result: AssetResult }>((command, tell) =>
  command.kind === 'unpack' ? unpackInThread(command, tell) : sealInThread(command),
);
