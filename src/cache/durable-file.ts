import { closeSync, fsync as fsyncDescriptor, openSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { hasCode } from '../errors/index.js';
import { patiently } from '../support/patiently.js';
import { DeferredFlush } from './deferred-flush.js';
import { FLUSH_NEEDS_WRITING } from './flush-needs-writing.js';
import { Semaphore } from '../support/semaphore.js';
import type { FileSystemFlush } from './file-system-flush.js';
import type { SealThreads } from './seal-command.js';

export interface Durability {
  /** False for caches that are thrown away: nothing survives a power cut then. */
  readonly fsync: boolean;
  /** Files of one asset that are looked at at once; default 16. */
  readonly filesAtOnce?: number;
  /** Assets that are sealed at once; undefined: any number. */
  readonly seals?: Semaphore;
  /** Who seals assets of many files; undefined: nobody but who asks. */
  readonly threads?: SealThreads;
  /** Who flushes assets of many files; undefined: whoever seals them, file by file. */
  readonly fileSystems?: Pick<FileSystemFlush, 'isWorthwhile' | 'flush'> | undefined;
}

/** What a process can afford that may have so many files open; undefined: nothing is known of a limit. */
export function durabilityWithin(fsync: boolean, openFiles: number | undefined): Durability {
  if (openFiles === undefined || openFiles >= PLENTY_OF_FILES) return { fsync };
  return { fsync, filesAtOnce: Math.max(1, Math.floor((openFiles - 32) / 16)), seals: new Semaphore(1) };
}

const PLENTY_OF_FILES = 512;

/**
 * Writes a whole file, on the disk itself where asked for. Only the flush goes through the thread pool, where each call
 * costs more than a small one takes.
 * @param flags `w` to replace, `wx` to fail with EEXIST when there is one
 */
export async function writeDurably(
  path: string,
  text: string,
  { fsync }: Durability,
  flags: 'w' | 'wx',
): Promise<void> {
  const descriptor = await patiently(() => openSync(path, flags, 0o644));
  try {
    writeFileSync(descriptor, text);
    if (fsync) await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a small file at once and whole; to flush it is left to the caller. @param flags as of `writeDurably` */
export function writeUnflushed(path: string, text: string, flags: 'w' | 'wx'): Promise<void> {
  return patiently(() => {
    writeFileSync(path, text, { flag: flags, mode: 0o644 });
  });
}

const flush = promisify(fsyncDescriptor);

/** Flushes of files or folders that one thread asks for at once. */
export const FLUSHES_AT_ONCE = 16;

/** Puts the content of a file on the disk. Opening and closing are synchronous: only the flush takes its time. */
export async function syncFile(path: string): Promise<void> {
  const descriptor = await patiently(() => openSync(path, FLUSH_NEEDS_WRITING ? 'r+' : 'r'));
  try {
    await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the names in a folder durable. Windows and some network file systems cannot, and do not need to. */
export async function syncFolder(path: string, { fsync }: Durability): Promise<void> {
  if (!fsync || FLUSH_NEEDS_WRITING) return;
  const descriptor = await patiently(() => openSync(path, 'r'));
  try {
    await flush(descriptor);
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** For the names that only the end of a command needs on the disk. */
export function deferredFlushWith(durability: Durability): DeferredFlush {
  return new DeferredFlush((folder) => syncFolder(folder, durability), durability.filesAtOnce ?? FLUSHES_AT_ONCE);
}
