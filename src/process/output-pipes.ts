import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { HAS_PROCESS_GROUPS } from './process-group.js';

/** The two streams of a child as real pipes. Disposing closes our copies of the ends that the child writes to. */
export interface OutputPipes extends Disposable {
  readonly stdout: number;
  readonly stderr: number;
  /** The reading ends; without this call they are closed as well. */
  read(): { readonly stdout: Readable; readonly stderr: Readable };
}

/**
 * Node connects a child through sockets, and a socket cannot be opened by name: `echo oops >/dev/stderr` would fail
 * with ENXIO in every script. Node cannot make pipes, but named ones are pipes too, once both ends are open.
 * @param tmp - a folder for the names, which are gone before the child starts
 * @returns undefined where there are no named pipes: on Windows, on a file system without them, without `mkfifo`
 */
export async function openOutputPipes(
  tmp: string,
  env: Readonly<Record<string, string>>,
): Promise<OutputPipes | undefined> {
  if (!HAS_PROCESS_GROUPS) return undefined;
  const names = [join(tmp, `stdout-${randomUUID()}`), join(tmp, `stderr-${randomUUID()}`)] as const;
  try {
    await promisify(execFile)('mkfifo', ['-m', '600', ...names], { env });
    return joinEnds(...openBoth(names));
  } catch {
    return undefined;
  } finally {
    for (const name of names) rmSync(name, { force: true });
  }
}

interface Ends {
  readonly reading: number;
  readonly writing: number;
}

function openBoth([stdout, stderr]: readonly [string, string]): [Ends, Ends] {
  const first = openEnds(stdout);
  try {
    return [first, openEnds(stderr)];
  } catch (error) {
    closeSync(first.reading);
    closeSync(first.writing);
    throw error;
  }
}

/** Opening for reading first, and not waiting for a writer, is the only order that cannot block. */
function openEnds(name: string): Ends {
  const reading = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reading, writing: openSync(name, constants.O_WRONLY) };
}

function joinEnds(stdout: Ends, stderr: Ends): OutputPipes {
  let isRead = false;
  return {
    stdout: stdout.writing,
    stderr: stderr.writing,
    read() {
      isRead = true;
      return { stdout: readFrom(stdout), stderr: readFrom(stderr) };
    },
    [Symbol.dispose]() {
      for (const ends of [stdout, stderr]) {
        closeSync(ends.writing);
        if (!isRead) closeSync(ends.reading);
      }
    },
  };
}

function readFrom(ends: Ends): Readable {
  return new Socket({ fd: ends.reading, readable: true, writable: false });
}
