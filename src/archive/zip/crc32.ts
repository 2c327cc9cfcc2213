import * as zlib from 'node:zlib';

/** CRC-32 as in ISO 3309 and zip, of `bytes` that follow those whose sum is `start`. Node has it since 20.15. */
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
