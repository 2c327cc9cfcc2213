import { createHash } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { patiently } from '../support/patiently.js';
import { FLUSH_NEEDS_WRITING } from './flush-needs-writing.js';
import type { SealFiles } from './seal.js';

const CHUNK = 256 * 1024;

/**
 * Puts the files on the disk where that is asked for, and hashes those whose digest is not known. Blocks its thread:
 * calls that wait in line for nobody are the cheapest there are.
 */
export const sealFilesInLine: SealFiles = async (root, files, { fsync }) => {
  const digests = new Map<string, string>();
  const flags = fsync && FLUSH_NEEDS_WRITING ? 'r+' : 'r';
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  for (const { path, sha256 } of files) {
    const full = join(root, path);
    const descriptor = await patiently(() => openSync(full, flags));
    try {
      if (sha256 === undefined) digests.set(path, digestOf(descriptor, chunk));
      if (fsync) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (FLUSH_NEEDS_WRITING) chmodSync(full, 0o444);
  }
  return digests;
};

function digestOf(descriptor: number, chunk: Buffer): string {
  const hash = createHash('sha256');
  for (let read = -1; read !== 0;) {
    read = readSync(descriptor, chunk, 0, chunk.length, null);
    hash.update(chunk.subarray(0, read));
  }
  return hash.digest('hex');
}
