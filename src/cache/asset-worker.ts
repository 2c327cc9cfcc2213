import { unpackInThread, type UnpackProgress } from '../archive/index.js';
import { obeyCommands } from '../support/threads/obey-commands.js';
import type { AssetCommand, AssetResult } from './asset-threads.js';
import { Layout } from './layout.js';
import { writeRecord } from './miss/build-record.js';
import type { RecordCommand } from './miss/build-records.js';
import { sealInThread } from './seal-asset.js';

// The entry of the threads that make assets: unpacking and hashing keep a processor busy, flushing waits for the disk.
obeyCommands<{ command: AssetCommand; progress: UnpackProgress; result: AssetResult }>((command, tell) => {
  switch (command.kind) {
    case 'unpack':
      return unpackInThread(command, tell);
    case 'seal':
      return sealInThread(command);
    case 'record':
      return recordInThread(command);
  }
});

async function recordInThread({ root, drafts }: RecordCommand): Promise<null> {
  const layout = new Layout(root);
  for (const draft of drafts) await writeRecord(layout, draft);
  return null;
}
