import { deflateRawSync, gzipSync } from 'node:zlib';

/** One thing in an archive. A path that ends with `/` is a folder. */
export interface ArchiveEntry {
  readonly path: string;
  readonly content?: string | Uint8Array;
  /** Default: 0o644, folders 0o755. */
  readonly mode?: number;
  /** A symbolic link to this target. */
  readonly linkTo?: string;
  /** A hard link to this earlier entry (tar only). */
  readonly hardLinkTo?: string;
}

const BLOCK = 512;

/** A ustar archive (POSIX.1-1988), compressed with gzip. Paths may have up to 100 bytes. */
export function tarGz(entries: readonly ArchiveEntry[]): Buffer {
  return gzipSync(tar(entries));
}

export function tar(entries: readonly ArchiveEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(tarEntry), Buffer.alloc(2 * BLOCK)]);
}

function tarEntry(entry: ArchiveEntry): Buffer[] {
  const content = contentOf(entry);
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [tarHeader(entry, content.length), content, padding];
}

function tarHeader(entry: ArchiveEntry, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  if (Buffer.byteLength(entry.path) > 100) throw new RangeError(`path too long for this tar writer: ${entry.path}`);
  header.write(entry.path, 0);
  header.write(octal(modeOf(entry), 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write(tarType(entry), 156);
  header.write(entry.linkTo ?? entry.hardLinkTo ?? '', 157);
  header.write('ustar\0' + '00', 257);
  // The checksum is the sum of the header's bytes, counting its own field as spaces.
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function tarType(entry: ArchiveEntry): string {
  if (entry.hardLinkTo !== undefined) return '1';
  if (entry.linkTo !== undefined) return '2';
  return isFolder(entry) ? '5' : '0';
}

/** A zip archive as Unix programs write it (modes and symbolic links in the external attributes), deflated. */
export function zip(entries: readonly ArchiveEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const record = zipRecord(entry, offset);
    locals.push(record.local);
    directory.push(record.central);
    offset += record.local.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...locals, central, zipEnd(entries.length, central.length, offset)]);
}

function zipRecord(entry: ArchiveEntry, offset: number): { local: Buffer; central: Buffer } {
  const name = Buffer.from(entry.path);
  const content = entry.linkTo === undefined ? contentOf(entry) : Buffer.from(entry.linkTo);
  const packed = deflateRawSync(content);
  const shared = zipSharedFields(name, content, packed);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE((3 << 8) | 20, 4); // made by: Unix
  shared.copy(central, 6);
  central.writeUInt32LE((unixMode(entry) << 16) >>> 0, 38);
  central.writeUInt32LE(offset, 42);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  shared.copy(local, 4);
  return { local: Buffer.concat([local, name, packed]), central: Buffer.concat([central, name]) };
}

/** The 26 bytes that stand in the local header and again in the central directory (APPNOTE 4.3.7, 4.3.12). */
function zipSharedFields(name: Buffer, content: Buffer, packed: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0); // version needed
  fields.writeUInt16LE(0x0800, 2); // names are UTF-8
  fields.writeUInt16LE(8, 4); // deflate
  fields.writeUInt16LE(0, 6); // time
  fields.writeUInt16LE(0x21, 8); // date: 1980-01-01
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function zipEnd(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}

function unixMode(entry: ArchiveEntry): number {
  if (entry.linkTo !== undefined) return 0o120777;
  return (isFolder(entry) ? 0o040000 : 0o100000) | modeOf(entry);
}

function modeOf(entry: ArchiveEntry): number {
  return entry.mode ?? (isFolder(entry) ? 0o755 : 0o644);
}

function isFolder(entry: ArchiveEntry): boolean {
  return entry.path.endsWith('/');
}

function contentOf(entry: ArchiveEntry): Buffer {
  return Buffer.from(entry.content ?? '');
}

/** CRC-32 of zip and gzip (polynomial 0xEDB88320, reflected). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
