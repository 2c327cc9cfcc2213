import { open, type FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { hasCode } from '../errors/index.js';
import type { ArchiveFormat } from './archive.js';

const BLOCK = 512;
/** Enough compressed bytes to hold the first block of a tar, and few enough to inflate without a thought. */
const LOOK_AHEAD = 16 * 1024;

/** Zip files that programs read as they are: people mean to keep them whole. */
const KEPT_WHOLE = new Set(['.jar', '.war', '.ear', '.apk', '.pyz']);

const NAMES: readonly (readonly [RegExp, ArchiveFormat])[] = [
  [/\.(tar\.gz|tgz|crate)$/i, 'tar.gz'],
  [/\.tar$/i, 'tar'],
  [/\.(zip|whl)$/i, 'zip'],
];

/**
 * Whether a file is an archive that is unpacked where archives are: by content, then by name (a damaged archive is
 * still meant to be one). Programs that happen to be zip files, as `.jar`, are not.
 */
export async function detectArchive(path: string): Promise<ArchiveFormat | undefined> {
  if (KEPT_WHOLE.has(extname(path).toLowerCase())) return undefined;
  try {
    return await archiveFormat(path);
  } catch (error) {
    if (hasCode(error, 'EISDIR')) return undefined;
    throw error;
  }
}

/** The format of an archive that somebody asks to unpack: by content, then by name. */
export async function archiveFormat(path: string): Promise<ArchiveFormat | undefined> {
  return formatOfContent(await readStart(path)) ?? formatOfName(path);
}

async function readStart(path: string): Promise<Buffer> {
  await using file = await disposable(open(path, 'r'));
  const { bytesRead, buffer } = await file.handle.read(Buffer.alloc(LOOK_AHEAD), 0, LOOK_AHEAD, 0);
  return buffer.subarray(0, bytesRead);
}

async function disposable(opening: Promise<FileHandle>): Promise<AsyncDisposable & { readonly handle: FileHandle }> {
  const handle = await opening;
  return { handle, [Symbol.asyncDispose]: () => handle.close() };
}

function formatOfContent(start: Buffer): ArchiveFormat | undefined {
  if (isZip(start)) return 'zip';
  if (isTar(start)) return 'tar';
  if (isGzip(start) && isTar(inflateStart(start))) return 'tar.gz';
  return undefined;
}

function formatOfName(path: string): ArchiveFormat | undefined {
  return NAMES.find(([pattern]) => pattern.test(path))?.[1];
}

/** A first local file header, or the end record of a zip with nothing in it. */
function isZip(start: Buffer): boolean {
  const signature = start.length < 4 ? 0 : start.readUInt32BE(0);
  return signature === 0x504b0304 || signature === 0x504b0506;
}

function isGzip(start: Buffer): boolean {
  return start.length > 2 && start[0] === 0x1f && start[1] === 0x8b && start[2] === 8;
}

function inflateStart(start: Buffer): Buffer {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}

/** `ustar` at 257 (POSIX and GNU), or, as older tars have no mark, a header whose checksum is right. */
function isTar(start: Buffer): boolean {
  if (start.length < BLOCK) return false;
  return start.toString('latin1', 257, 262) === 'ustar' || hasTarChecksum(start.subarray(0, BLOCK));
}

/** The sum of all bytes of the header, its own checksum field (8 bytes at 148) counted as blanks. */
function hasTarChecksum(header: Buffer): boolean {
  const written = Number.parseInt(
    header
      .toString('latin1', 148, 156)
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  );
  const field = header.subarray(148, 156).reduce((sum, byte) => sum + byte, 0);
  const sum = header.reduce((total, byte) => total + byte, 0) - field + 8 * 0x20;
  return header[0] !== 0 && written === sum;
}
