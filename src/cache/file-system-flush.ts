import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { SharedFlush } from './shared-flush.js';

/** As its makers install it: what a project has on its PATH under this name may be anything. */
const PROGRAMS = ['/usr/bin/sync', '/bin/sync', '/run/current-system/sw/bin/sync'];
/** Other programs of this name forget what the system says of a failure, or know no option and write all there is. */
const KNOWN_PROGRAM = 'sync (GNU coreutils)';
/** Since this release syncfs(2) tells of files that could not be written. */
const FIRST_TO_TELL = [5, 8];
/** ext2 to ext4, XFS and Btrfs, by `f_type` (statfs(2)): on others syncfs may do less, or forget failures. */
const LOCAL_TYPES = new Set([0xef53, 0x58465342, 0x9123683e]);
const MEMORY_INFO = '/proc/meminfo';
/** With more than this left to be written by the whole system, most is somebody else's, and long to wait for. */
const MOST_DIRTY_BYTES = 2 * 1024 ** 3;

/**
 * Puts whole file systems on the disk by syncfs(2), which takes a fraction of the time that flushing thousands of files one
 * by one takes. Node has no such call, so `sync -f` of GNU coreutils makes it.
 */
export class FileSystemFlush {
  readonly #flushes = new Map<number, SharedFlush>();
  #program: Promise<string | undefined> | undefined;

  /** Whether `flush` may be asked for `place`, and does not write much more than what is our own. */
  async isWorthwhile(place: string): Promise<boolean> {
    this.#program ??= findProgram();
    const isPossible = (await this.#program) !== undefined && LOCAL_TYPES.has(statfsSync(place).type >>> 0);
    return isPossible && dirtyBytes() <= MOST_DIRTY_BYTES;
  }

  /**
   * Resolves when all is on the disk that was written to the file system of `place` before this call.
   * @returns false when that failed, be it for somebody else's file: then each file must be asked
   */
  async flush(place: string): Promise<boolean> {
    const program = await this.#program;
    if (program === undefined) return false;
    const { dev } = statSync(place);
    let shared = this.#flushes.get(dev);
    if (!shared) this.#flushes.set(dev, (shared = new SharedFlush((each) => syncFileSystem(program, each))));
    return shared.flush(place);
  }
}

/** In a session of its own, so that a Ctrl-C, after which we still clear up, does not end it. */
function syncFileSystem(program: string, place: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, ['-f', place], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

async function findProgram(): Promise<string | undefined> {
  if (process.platform !== 'linux' || !tellsOfFailures(release())) return undefined;
  const program = PROGRAMS.find((path) => existsSync(path));
  return program !== undefined && (await versionOf(program)).startsWith(KNOWN_PROGRAM) ? program : undefined;
}

function tellsOfFailures(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  const [firstMajor = 0, firstMinor = 0] = FIRST_TO_TELL;
  return major > firstMajor || (major === firstMajor && minor >= firstMinor);
}

function versionOf(program: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, ['--version'], { env: {} }, (error, stdout) => resolve(error ? '' : stdout));
  });
}

/** Bytes that any program has written and that are not on a disk yet: proc_meminfo(5). NaN when nobody says. */
function dirtyBytes(): number {
  const text = existsSync(MEMORY_INFO) ? readFileSync(MEMORY_INFO, 'utf8') : '';
  const kilobytes = ['Dirty', 'Writeback'].map((name) =>
    Number(new RegExp(`^${name}: *(\\d+) kB`, 'm').exec(text)?.[1]),
  );
  return kilobytes.reduce((sum, each) => sum + each, 0) * 1024;
}
