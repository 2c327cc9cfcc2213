import { BlockCodes, readAlphabet } from './block-codes.js';
import type { BitReader } from './bit-reader.js';

/** A block of bytes as the Burrows-Wheeler transform sorts them. */
export interface SortedBlock {
  readonly count: number;
  /** Where the original begins. */
  readonly origin: number;
}

/** Longer runs than the largest block cannot be. */
const LONGEST_RUN_WEIGHT = 1 << 20;

/**
 * Reads a block's sorted bytes into `bytes`, whose length is the most that there may be.
 * @throws Error when the block is damaged
 */
export function readSortedBlock(reader: BitReader, bytes: Uint32Array): SortedBlock {
  if (reader.take(1) === 1) throw new Error('the bzip2 stream is of a kind (randomised) that was given up in 1997');
  const origin = reader.take(24);
  const count = readBytes(reader, bytes);
  if (origin >= count) throw damaged();
  return { count, origin };
}

/**
 * Symbols 0 and 1 are the digits of how often the front byte of a list comes; the others are the place of a byte in the
 * list, which then moves to its front; the last one ends the block.
 */
function readBytes(reader: BitReader, bytes: Uint32Array): number {
  const list = readAlphabet(reader);
  const end = list.length + 1;
  const codes = new BlockCodes(reader, list.length + 2);
  let count = 0;
  let run = 0;
  let weight = 1;
  for (;;) {
    const symbol = codes.next();
    if (symbol <= 1) {
      if (weight > LONGEST_RUN_WEIGHT) throw damaged();
      run += weight << symbol;
      weight <<= 1;
      continue;
    }
    if (run > 0) {
      if (count + run > bytes.length) throw damaged();
      bytes.fill(list[0] ?? 0, count, count + run);
      count += run;
      run = 0;
      weight = 1;
    }
    if (symbol === end) return count;
    if (count === bytes.length) throw damaged();
    bytes[count] = moveToFront(list, symbol - 1);
    count += 1;
  }
}

function moveToFront(list: Uint8Array, place: number): number {
  const byte = list[place] ?? 0;
  // Most places are near the front, where a loop is quicker than copyWithin.
  for (let index = place; index > 0; index -= 1) list[index] = list[index - 1] ?? 0;
  list[0] = byte;
  return byte;
}

function damaged(): Error {
  return new Error('the bzip2 stream is damaged');
}
