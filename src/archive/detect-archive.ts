import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { hasCode } from '../errors/index.js';
import type { ArchiveFormat } from './archive.js';
import { AR_SIGNATURE } from './deb/ar-member.js';
import { ByteSource } from './decompress/byte-source.js';
import { decompress, type Compression } from './decompress/decompress.js';
import { readChunks } from './decompress/read-chunks.js';
import { BLOCK, readTarHeader } from './tar/tar-header.js';

/** Zip files that programs read as they are: people mean to keep them whole. */
const KEPT_WHOLE = new Set(['.jar', '.war', '.ear', '.apk', '.pyz']);

const NAMES: readonly (readonly [RegExp, ArchiveFormat])[] = [
  [/\.(tar\.gz|tgz|crate)$/i, 'tar.gz'],
  [/\.(tar\.bz2|tbz2?|tb2)$/i, 'tar.bz2'],
  [/\.(tar\.xz|txz)$/i, 'tar.xz'],
  [/\.(tar\.zst|tzst)$/i, 'tar.zst'],
  [/\.tar$/i, 'tar'],
  [/\.(zip|whl)$/i, 'zip'],
  [/\.deb$/i, 'deb'],
  [/\.gz$/i, 'gz'],
  [/\.bz2$/i, 'bz2'],
  [/\.xz$/i, 'xz'],
  [/\.zst$/i, 'zst'],
];

/** The bytes that a compressed file begins with. */
const COMPRESSIONS: readonly (readonly [string, Compression])[] = [
  ['\x1f\x8b\x08', 'gz'],
  ['BZh', 'bz2'],
  ['\xfd7zXZ\0', 'xz'],
  ['\x28\xb5\x2f\xfd', 'zst'],
];

/**
 * Whether a file is an archive that is unpacked where archives are: by content, then by name (a damaged archive is
 * still meant to be one). Programs that happen to be zip files, as `.jar`, are not; neither are compressed files whose
 * name does not say so.
 */
export async function detectArchive(path: string): Promise<ArchiveFormat | undefined> {
  if (KEPT_WHOLE.has(extname(path).toLowerCase())) return undefined;
  try {
    const format = await archiveFormat(path);
    return isSingle(format) && formatOfName(path) !== format ? undefined : format;
  } catch (error) {
    if (hasCode(error, 'EISDIR')) return undefined;
    throw error;
  }
}

/** The format of an archive that somebody asks to unpack: by content, then by name. */
export async function archiveFormat(path: string): Promise<ArchiveFormat | undefined> {
  const start = await readStart(path);
  const named = formatOfName(path);
  if (isZip(start)) return 'zip';
  if (isTar(start)) return 'tar';
  if (isDeb(start)) return 'deb';
  const compression = COMPRESSIONS.find(([signature]) => startsWith(start, signature))?.[1];
  if (compression === undefined || named === `tar.${compression}`) return named;
  if (isTar(await decompressedStart(path, compression))) return `tar.${compression}`;
  return named ?? compression;
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(BLOCK), 0, BLOCK, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function formatOfName(path: string): ArchiveFormat | undefined {
  return NAMES.find(([pattern]) => pattern.test(basename(path)))?.[1];
}

function isSingle(format: ArchiveFormat | undefined): boolean {
  return COMPRESSIONS.some(([, compression]) => compression === format);
}

/** A first local file header, or the end record of a zip with nothing in it. */
function isZip(start: Buffer): boolean {
  return startsWith(start, 'PK\x03\x04') || startsWith(start, 'PK\x05\x06');
}

/** Other `ar` archives are libraries, which nobody wants unpacked. */
function isDeb(start: Buffer): boolean {
  return startsWith(start, `${AR_SIGNATURE}debian-binary`);
}

function startsWith(start: Buffer, signature: string): boolean {
  return start.toString('latin1', 0, signature.length) === signature;
}

/** What a compressed file holds first; nothing where it is damaged. */
async function decompressedStart(path: string, compression: Compression): Promise<Buffer> {
  const source = new ByteSource(await decompress(readChunks(path), compression));
  try {
    return await source.exactly(BLOCK);
  } catch {
    return Buffer.alloc(0);
  } finally {
    await source.close();
  }
}

/** `ustar` at 257 (POSIX and GNU), or, as older tars have no mark, a header whose checksum is right. */
function isTar(start: Buffer): boolean {
  if (start.length < BLOCK) return false;
  if (start.toString('latin1', 257, 262) === 'ustar') return true;
  try {
    return start[0] !== 0 && readTarHeader(start) !== undefined;
  } catch {
    return false;
  }
}
