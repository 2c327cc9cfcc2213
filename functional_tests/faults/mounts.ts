import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system that is mounted for one test. */
export class Mount implements AsyncDisposable {
  private constructor(readonly path: string) {}

  /** A file system in memory with room for so many bytes and, if that is said, files. */
  static async inMemory(path: string, bytes: number, files?: number): Promise<Mount> {
    await mkdir(path, { recursive: true });
    const limits = [`size=${bytes}`, ...(files === undefined ? [] : [`nr_inodes=${files}`])].join(',');
    mount(['-t', 'tmpfs', '-o', limits, 'tmpfs', path]);
    return new Mount(path);
  }

  /** The folder itself again, which nothing can be written to below `path`. */
  static async readOnly(path: string): Promise<Mount> {
    mount(['--bind', path, path]);
    const mounted = new Mount(path);
    mount(['-o', 'remount,bind,ro', path]);
    return mounted;
  }

  /** A folder that is there under another path as well. */
  static async bound(path: string, other: string): Promise<Mount> {
    await mkdir(other, { recursive: true });
    mount(['--bind', path, other]);
    return new Mount(other);
  }

  /** The folder `lower`, in which changes go to folders made below `upper`. */
  static async overlay(path: string, lower: string, upper: string): Promise<Mount> {
    const [changes, work] = [join(upper, 'changes'), join(upper, 'work')];
    for (const folder of [path, changes, work]) await mkdir(folder, { recursive: true });
    mount(['-t', 'overlay', '-o', `lowerdir=${lower},upperdir=${changes},workdir=${work}`, 'overlay', path]);
    return new Mount(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Lazily, because a process that was killed a moment ago may still stand in it.
    spawnSync('umount', ['--lazy', this.path]);
  }
}

function mount(args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`);
}

/** Whether this process may mount file systems; root of a container often may not. */
export async function canMount(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'fettle-mount-'));
  try {
    await using _mounted = await Mount.inMemory(folder, 4096);
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
