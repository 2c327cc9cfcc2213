import { closeSync, openSync, readSync } from 'node:fs';

/** Few calls of the system, and yet what repeats itself a thousand times still fits into memory once it is inflated. */
const CHUNK = 64 * 1024;

export interface FileRange {
  readonly start: number;
  readonly length: number;
}

/** The bytes of a file (or of a part of it) as pieces; each stays as it is. A file that is too short just ends. */
export function* readChunks(path: string, range?: FileRange): Generator<Uint8Array> {
  const descriptor = openSync(path, 'r');
  try {
    let position = range?.start ?? 0;
    const end = range === undefined ? Infinity : range.start + range.length;
    while (position < end) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, end - position));
      const count = readSync(descriptor, chunk, 0, chunk.length, position);
      if (count === 0) return;
      position += count;
      yield chunk.subarray(0, count);
    }
  } finally {
    closeSync(descriptor);
  }
}
