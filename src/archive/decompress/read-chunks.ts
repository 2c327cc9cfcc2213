import { closeSync, openSync, readSync } from 'node:fs';

/** Few calls of the system, and yet what repeats itself a thousand times still fits into memory once it is inflated. */
const CHUNK = 64 * 1024;

export interface FileRange {
  readonly start: number;
  readonly length: number;
}

interface ReadOptions {
  /** What is read of the file; default: all of it. */
  readonly range?: FileRange;
  /** All pieces lie in the same memory, each only until the next one is asked for; default: each stays as it is. */
  readonly inTurn?: boolean;
}

/** The bytes of a file (or of a part of it) as pieces. A file that is too short just ends. */
export function* readChunks(path: string, { range, inTurn = false }: ReadOptions = {}): Generator<Uint8Array> {
  const descriptor = openSync(path, 'r');
  try {
    const room = inTurn ? Buffer.allocUnsafeSlow(CHUNK) : undefined;
    let position = range?.start ?? 0;
    const end = range === undefined ? Infinity : range.start + range.length;
    while (position < end) {
      const length = Math.min(CHUNK, end - position);
      const chunk = room ?? Buffer.allocUnsafe(length);
      const count = readSync(descriptor, chunk, 0, length, position);
      if (count === 0) return;
      position += count;
      yield chunk.subarray(0, count);
    }
  } finally {
    closeSync(descriptor);
  }
}
