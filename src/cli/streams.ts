import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { hasCode } from '../errors/index.js';

/** The two streams of a command: stdout for machines, stderr for people. */
export interface Streams {
  out(text: string | Uint8Array): void;
  err(text: string | Uint8Array): void;
  readonly errIsTerminal: boolean;
  /** The terminal behind stderr, for the live view. */
  readonly terminal: NodeJS.WriteStream | undefined;
}

/** Writes at once, so that nothing is lost when the process ends right after. A reader that went away is no error. */
export function processStreams(): Streams {
  return {
    out: (text) => {
      writeAll(1, text);
    },
    err: (text) => {
      writeAll(2, text);
    },
    errIsTerminal: isTerminal(),
    get terminal() {
      return isTerminal() ? process.stderr : undefined;
    },
  };
}

/** Asked of the file descriptor: opening the stream itself costs start-up time. */
function isTerminal(): boolean {
  return isatty(2);
}

function writeAll(descriptor: number, text: string | Uint8Array): void {
  let rest: Uint8Array = typeof text === 'string' ? Buffer.from(text) : text;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (hasCode(error, 'EPIPE')) return;
      // A pipe that others made non-blocking is full for the moment.
      if (!hasCode(error, 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
