import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { patiently } from '../support/patiently.js';

/** Up to here a file is read in one call: through the thread pool, many small files would take ten times as long. */
const SMALL = 256 * 1024;
const CHUNK = 1024 * 1024;

/**
 * @param size in bytes, where it is known
 * @returns the SHA-256 of a file's content, 64 lower-case hex digits; links are followed
 */
export async function digestFile(path: string, size?: number): Promise<string> {
  const hash = createHash('sha256');
  if ((size ?? statSync(path).size) <= SMALL)
    return hash.update(await patiently(() => readFileSync(path))).digest('hex');
  const file = await patiently(() => open(path, 'r'));
  for await (const chunk of file.createReadStream({ highWaterMark: CHUNK })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
