import { obeyCommands } from '../support/threads/obey-commands.js';
import type { UnpackCommand, UnpackProgress } from './pool/extract-messages.js';
import { unpackInThread } from './pool/unpack-in-thread.js';
import type { Unpacked } from './unpack.js';

// The entry of threads that do nothing but unpack. Those of a cache seal assets as well.
obeyCommands<{ command: UnpackCommand; progress: UnpackProgress; result: Unpacked }>(unpackInThread);
