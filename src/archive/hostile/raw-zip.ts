import { deflateRawSync } from 'node:zlib';
import { tableCrc32 } from '../zip/crc32.js';

/** What the two headers of an entry say of it. */
interface ZipFields {
  readonly name: string | Buffer;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly extra: Buffer;
}

/** A zip entry that is written field by field, so that every field can lie, in each header in its own way. */
export interface RawZipEntry extends Partial<ZipFields> {
  readonly content?: string | Uint8Array;
  /** Default: the content, deflated or not as the method says. */
  readonly packed?: Buffer;
  /** Default: a regular file 0644. Upper half of the external attributes. */
  readonly mode?: number;
  readonly attributes?: number;
  /** System of the packer; default 3 (Unix). */
  readonly madeBy?: number;
  /** Added to the true offset of the local header. */
  readonly offsetError?: number;
  readonly offset?: number;
  readonly inLocal?: Partial<ZipFields>;
  readonly inDirectory?: Partial<ZipFields>;
  readonly descriptor?: Buffer;
}

export interface RawZipEnd {
  readonly entryCount?: number;
  readonly directorySize?: number;
  readonly directoryOffset?: number;
  readonly disk?: number;
  readonly comment?: Buffer;
  readonly commentLength?: number;
  /** What stands between the directory and the end record, made from where the directory ends. */
  readonly zip64?: (directory: { readonly offset: number; readonly size: number }) => Buffer;
  /** Bytes before the first entry, counted by the offsets. */
  readonly before?: Buffer;
  /** Bytes between the last entry and the directory. */
  readonly gap?: Buffer;
}

export const UTF8_FLAG = 0x0800;
export const DESCRIPTOR_FLAG = 0x0008;
export const STORED = 0;
export const DEFLATED = 8;

const LOCAL_SIGNATURE = Buffer.from('PK\x03\x04\x14\x00', 'latin1');
const DIRECTORY_SIGNATURE = Buffer.from('PK\x01\x02', 'latin1');

export function rawZip(entries: readonly RawZipEntry[], end: RawZipEnd = {}): Buffer {
  const parts = [end.before ?? Buffer.alloc(0)];
  const directory: Buffer[] = [];
  let offset = parts[0]?.length ?? 0;
  for (const entry of entries) {
    const packed = packedContent(entry);
    const fields = fieldsOf(entry, packed);
    const local = localPart(entry, fields, packed);
    directory.push(directoryRecord(entry, fields, entry.offset ?? offset + (entry.offsetError ?? 0)));
    parts.push(local);
    offset += local.length;
  }
  const gap = end.gap ?? Buffer.alloc(0);
  const records = Buffer.concat(directory);
  const where = { offset: offset + gap.length, size: records.length };
  return Buffer.concat([
    ...parts,
    gap,
    records,
    end.zip64?.(where) ?? Buffer.alloc(0),
    endRecord(end, where, entries.length),
  ]);
}

/** One field of the extra data. */
export function extraField(id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
}

/** Numbers of 64 bits, one after the other. */
export function wide(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), 8 * index));
  return bytes;
}

/** Numbers of 32 bits, one after the other. */
export function narrow(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32LE(value, 4 * index));
  return bytes;
}

/** The end record of zip64 and the locator that leads to it. */
export function zip64End(record: {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
  /** Where the record itself stands, and where the locator says that it stands. */
  readonly at: number;
  readonly locator?: number;
}): Buffer {
  const versions = Buffer.from([45, 3, 45, 0]);
  const end = Buffer.concat([
    Buffer.from('PK\x06\x06', 'latin1'),
    wide(44),
    versions,
    narrow(0, 0),
    wide(record.count, record.count, record.size, record.offset),
  ]);
  const locator = [Buffer.from('PK\x06\x07', 'latin1'), narrow(0), wide(record.locator ?? record.at), narrow(1)];
  return Buffer.concat([end, ...locator]);
}

export function crcOf(content: string | Uint8Array): number {
  return tableCrc32(Buffer.from(content), 0);
}

function packedContent(entry: RawZipEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  return entry.packed ?? ((entry.method ?? DEFLATED) === DEFLATED ? deflateRawSync(content) : content);
}

function fieldsOf(entry: RawZipEntry, packed: Buffer): ZipFields {
  const content = Buffer.from(entry.content ?? '');
  return {
    name: entry.name ?? 'entry',
    flags: entry.flags ?? UTF8_FLAG,
    method: entry.method ?? DEFLATED,
    time: entry.time ?? 0x6000,
    date: entry.date ?? ((2001 - 1980) << 9) | (9 << 5) | 9,
    crc: entry.crc ?? crcOf(content),
    packedSize: entry.packedSize ?? packed.length,
    size: entry.size ?? content.length,
    extra: entry.extra ?? Buffer.alloc(0),
  };
}

function localPart(entry: RawZipEntry, fields: ZipFields, packed: Buffer): Buffer {
  const local = { ...fields, ...entry.inLocal };
  const name = Buffer.from(local.name);
  return Buffer.concat([
    LOCAL_SIGNATURE,
    sharedFields(local, name.length),
    name,
    local.extra,
    packed,
    entry.descriptor ?? Buffer.alloc(0),
  ]);
}

function directoryRecord(entry: RawZipEntry, fields: ZipFields, offset: number): Buffer {
  const central = { ...fields, ...entry.inDirectory };
  const name = Buffer.from(central.name);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(entry.attributes ?? ((entry.mode ?? 0o100644) << 16) >>> 0, 6);
  tail.writeUInt32LE(offset >>> 0, 10);
  const versions = Buffer.from([20, entry.madeBy ?? 3, 20, 0]);
  return Buffer.concat([DIRECTORY_SIGNATURE, versions, sharedFields(central, name.length), tail, name, central.extra]);
}

/** From the flags to the length of the extra field: both headers have these in the same order. */
function sharedFields(fields: ZipFields, nameLength: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt16LE(fields.flags, 0);
  bytes.writeUInt16LE(fields.method, 2);
  bytes.writeUInt16LE(fields.time, 4);
  bytes.writeUInt16LE(fields.date, 6);
  bytes.writeUInt32LE(fields.crc, 8);
  bytes.writeUInt32LE(fields.packedSize, 12);
  bytes.writeUInt32LE(fields.size, 16);
  bytes.writeUInt16LE(nameLength, 20);
  bytes.writeUInt16LE(fields.extra.length, 22);
  return bytes;
}

function endRecord(
  end: RawZipEnd,
  directory: { readonly offset: number; readonly size: number },
  count: number,
): Buffer {
  const comment = end.comment ?? Buffer.alloc(0);
  const bytes = Buffer.alloc(22);
  bytes.write('PK\x05\x06', 0, 'latin1');
  bytes.writeUInt16LE(end.disk ?? 0, 4);
  bytes.writeUInt16LE(end.entryCount ?? count, 8);
  bytes.writeUInt16LE(end.entryCount ?? count, 10);
  bytes.writeUInt32LE(end.directorySize ?? directory.size, 12);
  bytes.writeUInt32LE(end.directoryOffset ?? directory.offset, 16);
  bytes.writeUInt16LE(end.commentLength ?? comment.length, 20);
  return Buffer.concat([bytes, comment]);
}
