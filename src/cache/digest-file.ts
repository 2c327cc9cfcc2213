import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fstatSync, openSync, readFileSync } from 'node:fs';

/** Up to here a file is read in one call: through the thread pool, many small files would take ten times as long. */
const SMALL = 256 * 1024;
const CHUNK = 1024 * 1024;

/** @returns the SHA-256 of a file's content, 64 lower-case hex digits; links are followed */
export async function digestFile(path: string): Promise<string> {
  const descriptor = openSync(path, 'r');
  try {
    if (fstatSync(descriptor).size <= SMALL) return createHash('sha256').update(readFileSync(descriptor)).digest('hex');
  } finally {
    closeSync(descriptor);
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
