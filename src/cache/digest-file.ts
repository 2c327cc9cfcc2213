import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { patiently } from '../support/patiently.js';

/** Up to here a file is read in one call: through the thread pool, many small files would take ten times as long. */
const SMALL = 256 * 1024;
const CHUNK = 1024 * 1024;

/** @returns the SHA-256 of a file's content, 64 lower-case hex digits; links are followed */
export async function digestFile(path: string): Promise<string> {
  const descriptor = await patiently(() => openSync(path, 'r'));
  try {
    if (fstatSync(descriptor).size <= SMALL) return createHash('sha256').update(readFileSync(descriptor)).digest('hex');
  } finally {
    closeSync(descriptor);
  }
  const hash = createHash('sha256');
  const file = await patiently(() => open(path, 'r'));
  for await (const chunk of file.createReadStream({ highWaterMark: CHUNK })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
