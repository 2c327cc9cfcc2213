import type { Entry, LocalFileHeader } from 'yauzl';
import { messageOf } from '../../errors/index.js';
import { DamagedEntry, UnsafeEntry } from '../archive-failure.js';
import type { FileWindow } from './file-window.js';
import type { ZipArchive } from './zip-archive.js';
import type { PlannedEntry } from './zip-plan.js';
import type { ZipRecord } from './zip-record.js';

const DESCRIPTOR_FLAG = 0x8;
const ENCRYPTION_FLAG = 0x1;
const IN_ZIP64 = 0xffffffff;
const DESCRIPTOR_SIGNATURE = Buffer.from('PK\x07\x08', 'latin1');
const LONGEST_DESCRIPTOR = 24;

interface Extent {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the packed content of an entry begins. Its own header must say what the directory says: else one program sees
 * another archive than the next.
 * @throws UnsafeEntry, DamagedEntry
 */
export async function locateContent(archive: ZipArchive, { record, boundary }: PlannedEntry): Promise<number> {
  const header = await readHeader(archive, record);
  assertSame(header, record);
  const end = header.fileDataStart + record.entry.compressedSize;
  if (end > boundary) throw new UnsafeEntry(record.name, 'overlaps with other entries');
  if (hasDescriptor(header, record)) assertDescriptor(archive.file, record, { start: end, end: boundary });
  return header.fileDataStart;
}

async function readHeader(archive: ZipArchive, record: ZipRecord): Promise<LocalFileHeader> {
  try {
    return await archive.readLocalHeader(record);
  } catch (error) {
    throw new DamagedEntry(record.name, `is not where the directory says: ${messageOf(error)}`, error);
  }
}

function assertSame(header: LocalFileHeader, { name, entry }: ZipRecord): void {
  if (!header.fileName.equals(entry.fileNameRaw)) {
    throw new UnsafeEntry(name, 'has another name in its own header', header.fileName.toString('utf8'));
  }
  const flags = header.generalPurposeBitFlag ^ entry.generalPurposeBitFlag;
  if (header.compressionMethod !== entry.compressionMethod || (flags & ENCRYPTION_FLAG) !== 0) {
    throw new DamagedEntry(name, 'is packed in another way in its own header than in the directory');
  }
  const isSame =
    agrees(header.crc32, entry.crc32) &&
    agrees(header.compressedSize, entry.compressedSize) &&
    agrees(header.uncompressedSize, entry.uncompressedSize);
  if (!isSame) throw new DamagedEntry(name, 'has other sizes or another checksum in its own header');
}

/** 0: not known yet when the header was written. */
function agrees(local: number, central: number): boolean {
  return local === 0 || local === IN_ZIP64 || local === central;
}

/**
 * Some packers set the flag although the header has the numbers, and then write no descriptor; others write none when
 * there is no content.
 */
function hasDescriptor(header: LocalFileHeader, { entry }: ZipRecord): boolean {
  const isFilledIn = header.crc32 !== 0 || header.compressedSize !== 0 || header.uncompressedSize !== 0;
  return (header.generalPurposeBitFlag & DESCRIPTOR_FLAG) !== 0 && !isFilledIn && entry.uncompressedSize > 0;
}

function assertDescriptor(file: FileWindow, record: ZipRecord, rest: Extent): void {
  const bytes = file.read(rest.start, Math.min(LONGEST_DESCRIPTOR, rest.end - rest.start));
  const isTrue = descriptorForms(record.entry).some((form) => bytes.subarray(0, form.length).equals(form));
  if (!isTrue) throw new DamagedEntry(record.name, 'has other sizes or another checksum in its data descriptor');
}

/** Checksum and sizes, with or without signature, the sizes in 32 or 64 bits (APPNOTE 4.3.9). */
function descriptorForms(entry: Entry): readonly Buffer[] {
  const narrow = Buffer.alloc(12);
  narrow.writeUInt32LE(entry.crc32, 0);
  narrow.writeUInt32LE(entry.compressedSize % 2 ** 32, 4);
  narrow.writeUInt32LE(entry.uncompressedSize % 2 ** 32, 8);
  const wide = Buffer.alloc(20);
  wide.writeUInt32LE(entry.crc32, 0);
  wide.writeBigUInt64LE(BigInt(entry.compressedSize), 4);
  wide.writeBigUInt64LE(BigInt(entry.uncompressedSize), 12);
  return [narrow, wide].flatMap((form) => [form, Buffer.concat([DESCRIPTOR_SIGNATURE, form])]);
}
