import { createReadStream } from 'node:fs';
import { utimes } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import type { ZipEntry } from './zip-entries.js';

/**
 * Compares a file just written with the checksum that the archive has for it, and gives it the archive's date.
 * @throws Error when they differ
 */
export async function verifyZipEntry(file: string, entry: ZipEntry): Promise<void> {
  let checksum = 0;
  for await (const chunk of createReadStream(file)) checksum = crc32(chunk as Buffer, checksum);
  if (checksum !== entry.crc32) throw new Error(`the content of ${entry.name} is not what its checksum says`);
  await utimes(file, entry.modified, entry.modified);
}

/** CRC-32 as in ISO 3309 and zip. Node has it since 20.15. */
export function crc32(bytes: Uint8Array, start: number): number {
  const native: unknown = Reflect.get(zlib, 'crc32');
  return typeof native === 'function' ? zlib.crc32(bytes, start) : tableCrc32(bytes, start);
}

const REVERSED_POLYNOMIAL = 0xedb88320;
let table: Uint32Array | undefined;

export function tableCrc32(bytes: Uint8Array, start: number): number {
  const steps = (table ??= Uint32Array.from({ length: 256 }, (_, byte) => shiftByte(byte)));
  let value = ~start;
  for (const byte of bytes) value = (value >>> 8) ^ (steps[(value ^ byte) & 0xff] ?? 0);
  return ~value >>> 0;
}

function shiftByte(byte: number): number {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ REVERSED_POLYNOMIAL : value >>> 1;
  return value >>> 0;
}
