import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { SharedFlush } from './shared-flush.js';

/** As its makers install it: what a project has on its PATH under this name may be anything. */
const PROGRAMS = ['/usr/bin/sync', '/bin/sync', '/run/current-system/sw/bin/sync'];
/** Other programs of this name forget what the system says of a failure, or know no option and write all there is. */
const KNOWN_PROGRAM = 'sync (GNU coreutils)';
/** Since 5.8 syncfs(2) tells of files that could not be written, since 5.17 of what the file system itself could not. */
const FIRST_TO_TELL: Release = [5, 17];
/** ext2 to ext4, XFS and Btrfs, by `f_type` (statfs(2)): on others syncfs may do less, or forget failures. */
const LOCAL_TYPES = new Set([0xef53, 0x58465342, 0x9123683e]);
/** With more than this left to be written by the whole system, most is somebody else's, and long to wait for. */
const MOST_DIRTY_BYTES = 2 * 1024 ** 3;

type Release = readonly [major: number, minor: number];

/**
 * Puts whole file systems on the disk by syncfs(2), which takes a fraction of the time that flushing thousands of files one
 * by one takes. Node has no such call, so `sync -f` of GNU coreutils makes it. Whatever goes wrong here only means that
 * files must be flushed one by one.
 */
export class FileSystemFlush {
  readonly #flushes = new Map<number, SharedFlush>();
  #program: Promise<string | undefined> | undefined;

  /** Whether `flush` may be asked for `place`, and does not write much more than what is our own. */
  async isWorthwhile(place: string): Promise<boolean> {
    if ((await this.#findProgram()) === undefined) return false;
    try {
      const isLocal = LOCAL_TYPES.has(statfsSync(place).type >>> 0);
      const hasFailed = this.#flushes.get(statSync(place).dev)?.hasFailed ?? false;
      return isLocal && !hasFailed && dirtyBytes(readFileSync('/proc/meminfo', 'utf8')) <= MOST_DIRTY_BYTES;
    } catch {
      return false;
    }
  }

  /**
   * Resolves when all is on the disk that was written to the file system of `place` before this call.
   * @returns false when that failed, be it for somebody else's file: then each file must be asked
   */
  async flush(place: string): Promise<boolean> {
    const program = await this.#findProgram();
    const device = deviceOf(place);
    if (program === undefined || device === undefined) return false;
    let shared = this.#flushes.get(device);
    if (!shared) this.#flushes.set(device, (shared = new SharedFlush((each) => syncFileSystem(program, each))));
    return shared.flush(place);
  }

  #findProgram(): Promise<string | undefined> {
    return (this.#program ??= findProgram());
  }
}

function deviceOf(place: string): number | undefined {
  try {
    return statSync(place).dev;
  } catch {
    return undefined;
  }
}

/** In a session of its own, so that a Ctrl-C, after which we still clear up, does not end it; and in nobody's folder. */
function syncFileSystem(program: string, place: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['-f', place], { stdio: 'ignore', detached: true, cwd: '/' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
}

async function findProgram(): Promise<string | undefined> {
  if (process.platform !== 'linux' || !tellsOfFailures(release())) return undefined;
  const program = PROGRAMS.find((path) => existsSync(path));
  return program !== undefined && (await versionOf(program)).startsWith(KNOWN_PROGRAM) ? program : undefined;
}

/** @param kernel its release, as `5.17.0-1-amd64` */
export function tellsOfFailures(kernel: string, [major, minor]: Release = FIRST_TO_TELL): boolean {
  const [gotMajor = 0, gotMinor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return gotMajor > major || (gotMajor === major && gotMinor >= minor);
}

async function versionOf(program: string): Promise<string> {
  try {
    return (await promisify(execFile)(program, ['--version'], { env: {} })).stdout;
  } catch {
    return '';
  }
}

/**
 * Bytes that any program has written and that are not on a disk yet.
 * @param memoryInfo the text of proc_meminfo(5); NaN when it does not say
 */
export function dirtyBytes(memoryInfo: string): number {
  const kilobytes = ['Dirty', 'Writeback'].map((name) =>
    Number(new RegExp(`^${name}: *(\\d+) kB`, 'm').exec(memoryInfo)?.[1]),
  );
  return kilobytes.reduce((sum, each) => sum + each, 0) * 1024;
}
