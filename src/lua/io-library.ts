import { resolve } from 'node:path';
import { FettleError, hasCode, messageOf } from '../errors/index.js';
import { badArgument, requireNumber, requireText } from './arguments.js';
import { forbidden } from './forbidden.js';
import type { ObservedFiles } from './observed.js';
import { OpenFile } from './open-file.js';
import { readFormats } from './read-formats.js';
import { HostObject, MultipleResults, type HostFunction, type HostValue, type LuaValue } from './values.js';

/** Where `io.write` and `io.stderr` go. */
export interface StandardOutput {
  readonly out: (bytes: Uint8Array) => void;
  readonly err: (bytes: Uint8Array) => void;
}

export interface IoSurroundings {
  /** Relative paths resolve against it. */
  readonly cwd: string;
  readonly observed: ObservedFiles;
  /** Open files are entered here, so that they close with the state. */
  readonly resources: Set<Disposable>;
  readonly output: StandardOutput;
}

/** `io` for files; no standard input, no processes. */
export function ioLibrary(surroundings: IoSurroundings): Record<string, HostValue> {
  const { output } = surroundings;
  const stdout: HostObject = new HostObject(
    {},
    outputMethods(output.out, () => stdout),
  );
  const stderr: HostObject = new HostObject(
    {},
    outputMethods(output.err, () => stderr),
  );
  return {
    open: (path, mode) =>
      openOrTell(surroundings, requireText({ of: 'io.open', position: 1, value: path }), modeOf(mode)),
    lines: (path, ...formats) =>
      linesOf(surroundings, requireText({ of: 'io.lines', position: 1, value: path }), formats),
    write: (...values) => {
      output.out(joinBytes('io.write', values));
      return stdout;
    },
    read: () => null,
    stdout,
    stderr,
    input: forbidden('io.input', 'Open the file with io.open, or use ctx.read_file.'),
    output: forbidden('io.output', 'Open the file with io.open, or use ctx.write_file.'),
    popen: forbidden('io.popen', 'Use ctx.run, which returns stdout, stderr and exit_code.'),
    tmpfile: forbidden('io.tmpfile', 'Open a file in ctx.tmp, or in the current folder of the phase.'),
  };
}

function openOrTell(surroundings: IoSurroundings, path: string, mode: string): HostObject | MultipleResults {
  try {
    return fileObject(open(surroundings, path, mode));
  } catch (error) {
    if (error instanceof FettleError) throw error;
    return new MultipleResults([null, `${path}: ${reasonOf(error)}`, errnoOf(error)]);
  }
}

/** What went wrong, in C's words where recipes are known to match them. */
function reasonOf(error: unknown): string {
  if (hasCode(error, 'ENOENT')) return 'No such file or directory';
  if (hasCode(error, 'EACCES')) return 'Permission denied';
  if (hasCode(error, 'EISDIR')) return 'Is a directory';
  return messageOf(error);
}

function errnoOf(error: unknown): number {
  const errno = typeof error === 'object' && error !== null && 'errno' in error ? Number(error.errno) : 0;
  return Math.abs(errno);
}

function open({ cwd, observed, resources }: IoSurroundings, path: string, mode: string): OpenFile {
  observed.markVolatile();
  const file = new OpenFile(resolve(cwd, path), mode);
  resources.add(file);
  // A folder opens but cannot be read; hashing it here makes that an error of the open call.
  if (mode.startsWith('r') && observed.isLoading) observed.addFile(file.path);
  return file;
}

function linesOf(surroundings: IoSurroundings, path: string, formats: readonly LuaValue[]): HostFunction {
  try {
    const file = open(surroundings, path, 'r');
    return lineIterator(file, { formats, closes: true });
  } catch (error) {
    if (error instanceof FettleError) throw error;
    throw new FettleError('E_FILE', `${path}: ${reasonOf(error)}`, { facts: { path }, cause: error });
  }
}

function lineIterator(file: OpenFile, how: { formats: readonly LuaValue[]; closes: boolean }): HostFunction {
  return () => {
    const values = readFormats(file, how.formats);
    if (values[0] === null && how.closes) file.close();
    return new MultipleResults(values);
  };
}

function fileObject(file: OpenFile): HostObject {
  const object: HostObject = new HostObject(
    {},
    {
      read: (...formats) => new MultipleResults(readFormats(file, formats)),
      lines: (...formats) => lineIterator(file, { formats, closes: false }),
      write: (...values) => {
        file.write(joinBytes('file:write', values));
        return object;
      },
      seek: (whence, offset) =>
        file.seek(
          whenceOf(whence),
          offset === undefined ? 0 : requireNumber({ of: 'file:seek', position: 2, value: offset }),
        ),
      close: () => {
        file.close();
        return true;
      },
      flush: () => object,
      setvbuf: () => true,
    },
  );
  return object;
}

function outputMethods(write: (bytes: Uint8Array) => void, self: () => HostObject): Record<string, HostFunction> {
  return {
    write: (...values) => {
      write(joinBytes('file:write', values));
      return self();
    },
    flush: () => self(),
    setvbuf: () => true,
    close: () => null,
  };
}

function joinBytes(of: string, values: readonly LuaValue[]): Uint8Array {
  return Buffer.concat(
    values.map((value, index) =>
      value instanceof Uint8Array ? value : Buffer.from(requireText({ of, position: index + 1, value })),
    ),
  );
}

function modeOf(value: LuaValue): string {
  return value === undefined ? 'r' : requireText({ of: 'io.open', position: 2, value });
}

function whenceOf(value: LuaValue): 'set' | 'cur' | 'end' {
  if (value === undefined) return 'cur';
  if (value === 'set' || value === 'cur' || value === 'end') return value;
  throw badArgument({ of: 'file:seek', position: 1, value }, '"set", "cur" or "end"');
}
