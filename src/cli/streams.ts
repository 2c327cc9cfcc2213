import { fstatSync, statSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { hasCode } from '../errors/index.js';

const STDOUT = 1;
const STDERR = 2;

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
      writeAll(STDOUT, text);
    },
    err: (text) => {
      writeAll(STDERR, text);
    },
    errIsTerminal: isTerminal(),
    get terminal() {
      return isTerminal() ? process.stderr : undefined;
    },
  };
}

/**
 * Asked of the descriptor. Loading Node's own check costs start-up time, so it is asked only of devices that are neither
 * what nobody reads nor what terminal windows are on Linux.
 */
function isTerminal(): boolean {
  const found = fstatSync(STDERR);
  if (!found.isCharacterDevice() || found.rdev === nullDevice()) return false;
  return isPseudoTerminal(found.rdev) || isatty(STDERR);
}

function nullDevice(): number | undefined {
  return process.platform === 'win32' ? undefined : statSync('/dev/null', { throwIfNoEntry: false })?.rdev;
}

/** The major numbers of UNIX98 pseudo terminals: the kernel's admin-guide/devices.txt. */
function isPseudoTerminal(device: number): boolean {
  const major = (device >>> 8) & 0xfff;
  return process.platform === 'linux' && major >= 136 && major <= 143;
}

function writeAll(descriptor: number, text: string | Uint8Array): void {
  let rest: Uint8Array = typeof text === 'string' ? Buffer.from(text) : text;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      // EIO: the terminal was closed. The run goes on, or ends in good order after the signal that comes with it.
      if (hasCode(error, 'EPIPE') || hasCode(error, 'EIO')) return;
      // A pipe that others made non-blocking is full for the moment.
      if (!hasCode(error, 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
