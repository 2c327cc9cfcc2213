import { obeyCommands } from '../support/threads/obey-commands.js';
import { sealFiles, type SealCommand } from './seal-files.js';

// The entry of the threads that seal: reading and hashing keep a processor busy, flushing waits for the disk.
obeyCommands<{ command: SealCommand; progress: never; result: readonly string[] }>(sealFiles);
