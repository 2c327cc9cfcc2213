import { EndedEarly } from '../byte-source.js';
import { BitReader } from './bit-reader.js';
import { BlockOutput } from './block-output.js';
import { readSortedBlock } from './sorted-block.js';

const CHUNK = 256 * 1024;
const LEVEL = 100_000;
/** The digits of pi, and those of its root. */
const BLOCK = [0x314159, 0x265359] as const;
const END = [0x177245, 0x385090] as const;

/**
 * bzip2, several streams after each other included (as pbzip2 writes). Zeros after the last are left.
 * The format is described by its reference implementation, bzip2 1.0.8.
 * @throws Error when it is damaged or cut off
 */
export function* bunzip2(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const reader = new BitReader(chunks);
  const memory = new Uint32Array(9 * LEVEL);
  try {
    do yield* readStream(reader, memory);
    while (hasAnotherStream(reader));
  } catch (error) {
    if (error instanceof EndedEarly) throw new Error('the bzip2 stream is cut off', { cause: error });
    throw error;
  } finally {
    reader.close();
  }
}

function* readStream(reader: BitReader, memory: Uint32Array): Generator<Uint8Array> {
  const signature = reader.take(24);
  const level = reader.take(8) - 0x30;
  if (signature !== 0x425a68 || level < 1 || level > 9) throw new Error('it is no bzip2 stream');
  const chain = memory.subarray(0, level * LEVEL);
  let combined = 0;
  for (;;) {
    const [high, low, checksum] = [reader.take(24), reader.take(24), reader.take32()];
    if (high === END[0] && low === END[1]) {
      assertEqual(combined, checksum);
      return;
    }
    if (high !== BLOCK[0] || low !== BLOCK[1]) throw new Error('the bzip2 stream is damaged');
    yield* readBlock(reader, chain, checksum);
    combined = (((combined << 1) | (combined >>> 31)) ^ checksum) >>> 0;
  }
}

function* readBlock(reader: BitReader, chain: Uint32Array, checksum: number): Generator<Uint8Array> {
  const output = new BlockOutput(chain, readSortedBlock(reader, chain));
  for (;;) {
    const bytes = new Uint8Array(CHUNK);
    const count = output.fill(bytes);
    if (count > 0) yield bytes.subarray(0, count);
    if (count < CHUNK) break;
  }
  assertEqual(output.checksum, checksum);
}

function assertEqual(got: number, expected: number): void {
  if (got !== expected) throw new Error('the bzip2 stream is damaged: its checksum is wrong');
}

function hasAnotherStream(reader: BitReader): boolean {
  reader.alignToByte();
  while (!reader.isAtEnd()) {
    if (reader.peek(8) !== 0) return true;
    reader.drop(8);
  }
  return false;
}
