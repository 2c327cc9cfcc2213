import { isUtf8 } from 'node:buffer';
import { DamagedEntry } from '../archive-failure.js';

export const BLOCK = 512;

/** The fields of one header block, as POSIX.1-1988 (ustar), GNU tar and the tars before them write it. */
export interface TarHeader {
  /** The letter that says what the entry is; `0` where older tars have a NUL. */
  readonly type: string;
  readonly name: string;
  readonly linkName: string;
  /** Undefined where the field holds no number. */
  readonly mode: number | undefined;
  /** Bytes of content that follow the header. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly modified: number | undefined;
}

const CHECKSUM = 148;
const PREFIX = 345;

/**
 * Reads a header block; undefined for a block of zeros, of which two end an archive.
 * @throws Error when the checksum is wrong; DamagedEntry when the size is none
 */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  const sums = checksums(block);
  if (sums.unsigned === 8 * 0x20 && block.subarray(CHECKSUM, CHECKSUM + 8).every((byte) => byte === 0))
    return undefined;
  const written = readNumber(block, CHECKSUM, 8);
  if (written !== sums.unsigned && written !== sums.signed) throw new Error('the checksum of a header is wrong');
  const name = fullName(block);
  return {
    type: block[156] === 0 ? '0' : block.toString('latin1', 156, 157),
    name,
    linkName: readText(block.subarray(157, 257)),
    mode: readNumber(block, 100, 8),
    size: contentSize(name, block),
    modified: readNumber(block, 136, 12),
  };
}

function contentSize(name: string, block: Buffer): number {
  try {
    return readSize(block, 124, 12);
  } catch (error) {
    throw new DamagedEntry(name, 'has no valid size', error);
  }
}

/** The sum of all bytes, the checksum's own field counted as blanks; some old tars summed signed bytes. */
function checksums(block: Buffer): { readonly unsigned: number; readonly signed: number } {
  let unsigned = 8 * 0x20;
  let high = 0;
  for (let index = 0; index < BLOCK; index += 1) {
    if (index === CHECKSUM) index += 8;
    const byte = block[index] ?? 0;
    unsigned += byte;
    high += byte >> 7;
  }
  return { unsigned, signed: unsigned - 256 * high };
}

/** ustar keeps the front of a long name in a field of its own; GNU tar has other things there. */
function fullName(block: Buffer): string {
  const name = readText(block.subarray(0, 100));
  if (block.toString('latin1', 257, 263) !== 'ustar\0') return name;
  // star keeps dates in the last 24 bytes and says so at the end of the block.
  const length = block.toString('latin1', 508, 511) === 'tar' ? 131 : 155;
  const prefix = readText(block.subarray(PREFIX, PREFIX + length));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/**
 * Text up to the first NUL. What is not UTF-8 is read as Latin-1, in which every byte is a letter: no two names become
 * one, and every system can write them.
 */
export function readText(field: Buffer): string {
  const end = field.indexOf(0);
  const bytes = end === -1 ? field : field.subarray(0, end);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

/** @throws Error when there is no number, or one that is no size */
export function readSize(block: Buffer, offset: number, length: number): number {
  const size = readNumber(block, offset, length);
  if (size === undefined || size < 0 || !Number.isSafeInteger(size)) throw new Error('a header has no valid size');
  return size;
}

/** Octal digits, or GNU's base-256: the top bit marks it, the next is the sign. */
function readNumber(block: Buffer, offset: number, length: number): number | undefined {
  const first = block[offset] ?? 0;
  if (first >= 0x80) return readBinary(block.subarray(offset, offset + length));
  const text = block.toString('latin1', offset, offset + length).replace(/\0[^]*$/, '');
  return /^ *[0-7]+ *$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function readBinary(field: Buffer): number {
  const first = field[0] ?? 0;
  // Two's complement: the mark is left out, and the sign takes its place.
  let value = (first & 0x40) === 0 ? first & 0x3f : (first & 0x3f) - 0x40;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  return value;
}
