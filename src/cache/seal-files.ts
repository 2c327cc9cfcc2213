import { createHash } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { patiently } from '../support/patiently.js';
import { FLUSH_NEEDS_WRITING } from './flush-needs-writing.js';

/** Some files of one tree. */
export interface SealCommand {
  readonly root: string;
  /** Relative to the root. */
  readonly paths: readonly string[];
  readonly fsync: boolean;
}

const CHUNK = 1024 * 1024;

let chunk: Buffer | undefined;

/**
 * Puts the files on the disk where that is asked for. Blocks its thread: calls that wait in line for nobody are the
 * cheapest there are.
 * @returns the SHA-256 of each file's content, 64 lower-case hex digits
 */
export async function sealFiles({ root, paths, fsync }: SealCommand): Promise<readonly string[]> {
  const digests: string[] = [];
  const flags = fsync && FLUSH_NEEDS_WRITING ? 'r+' : 'r';
  for (const path of paths) {
    const descriptor = await patiently(() => openSync(join(root, path), flags));
    try {
      digests.push(digestOf(descriptor));
      if (fsync) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (FLUSH_NEEDS_WRITING) chmodSync(join(root, path), 0o444);
  }
  return digests;
}

function digestOf(descriptor: number): string {
  chunk ??= Buffer.allocUnsafeSlow(CHUNK);
  const hash = createHash('sha256');
  for (let read = -1; read !== 0;) {
    read = readSync(descriptor, chunk, 0, CHUNK, null);
    hash.update(chunk.subarray(0, read));
  }
  return hash.digest('hex');
}
