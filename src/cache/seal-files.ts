import { createHash } from 'node:crypto';
import { chmodSync, closeSync, fsync, fsyncSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { patiently } from '../support/patiently.js';
import { FLUSH_NEEDS_WRITING } from './flush-needs-writing.js';
import { forEachBounded } from '../support/for-each-bounded.js';
import type { SealFiles } from './seal.js';

const CHUNK = 256 * 1024;
/** As many as Node's threads for files can wait for. */
const FLUSHES_AT_ONCE = 4;
/** A flush that takes no longer has not waited for any disk. */
const INSTANT_MS = 0.2;

const flush = promisify(fsync);

/**
 * Puts the files on the disk where that is asked for, and hashes those whose digest is not known. Blocks its thread:
 * calls that wait in line for nobody are the cheapest there are. Only where the disk lets one wait, several do at once.
 */
export const sealFilesInLine: SealFiles = async (root, files, durability) => {
  const digests = new Map<string, string>();
  const flags = durability.fsync && FLUSH_NEEDS_WRITING ? 'r+' : 'r';
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  let isInstant = true;
  const flushOne = async (descriptor: number): Promise<void> => {
    if (!isInstant) return flush(descriptor);
    const started = performance.now();
    fsyncSync(descriptor);
    isInstant = performance.now() - started < INSTANT_MS;
  };
  await forEachBounded(files, durability.fsync ? FLUSHES_AT_ONCE : 1, async ({ path, sha256 }) => {
    const full = join(root, path);
    const descriptor = await patiently(() => openSync(full, flags));
    try {
      if (sha256 === undefined) digests.set(path, digestOf(descriptor, chunk));
      if (durability.fsync) await flushOne(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (FLUSH_NEEDS_WRITING) chmodSync(full, 0o444);
  });
  return { digests, unflushed: [] };
};

function digestOf(descriptor: number, chunk: Buffer): string {
  const hash = createHash('sha256');
  for (let read = -1; read !== 0;) {
    read = readSync(descriptor, chunk, 0, chunk.length, null);
    hash.update(chunk.subarray(0, read));
  }
  return hash.digest('hex');
}
