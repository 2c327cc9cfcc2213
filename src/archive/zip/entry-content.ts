import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { hasCode, messageOf } from '../../errors/index.js';
import { DamagedEntry } from '../archive-failure.js';
import { crc32 } from './crc32.js';
import { STORED } from './extractable.js';
import type { FileWindow } from './file-window.js';
import type { ZipRecord } from './zip-record.js';

/** Up to so many bytes, packed and unpacked, a content is had at once, without the machinery of streams. */
const SMALL = 1024 * 1024;
/** Bytes per read and per inflated chunk of what is larger. */
const CHUNK = 256 * 1024;

export interface ContentSource {
  readonly file: FileWindow;
  readonly record: ZipRecord;
  /** Where the packed content begins. */
  readonly start: number;
}

/** Takes a content piece by piece; a piece is valid until it returns. */
export type TakePiece = (piece: Uint8Array) => void;

/**
 * Unpacks one content, and compares it with the sizes and the checksum that the directory states. Whatever is stated,
 * never more than that is unpacked.
 * @throws DamagedEntry, or what `take` throws
 */
export async function readContent(source: ContentSource, take: TakePiece, signal?: AbortSignal): Promise<void> {
  const { name, entry } = source.record;
  const check = new ContentCheck(source.record);
  const takeChecked = (piece: Uint8Array): void => {
    check.add(piece);
    take(piece);
  };
  if (Math.max(entry.compressedSize, entry.uncompressedSize) <= SMALL) takeChecked(unpackAtOnce(source));
  else if (entry.compressedSize === 0) throw new DamagedEntry(name, 'ends too early');
  else await unpackInPieces(source, takeChecked, signal);
  check.finish();
}

/** Compares what comes with what is stated. */
class ContentCheck {
  readonly #record: ZipRecord;
  #size = 0;
  #checksum = 0;

  constructor(record: ZipRecord) {
    this.#record = record;
  }

  add(piece: Uint8Array): void {
    this.#size += piece.length;
    if (this.#size > this.#record.entry.uncompressedSize) throw tooLong(this.#record);
    this.#checksum = crc32(piece, this.#checksum);
  }

  finish(): void {
    const { name, entry } = this.#record;
    if (this.#size < entry.uncompressedSize) throw new DamagedEntry(name, 'ends too early');
    if (this.#checksum !== entry.crc32) throw new DamagedEntry(name, 'has content that is not what its checksum says');
  }
}

function unpackAtOnce({ file, record, start }: ContentSource): Uint8Array {
  const { entry } = record;
  const packed = file.read(start, entry.compressedSize);
  if (entry.compressionMethod === STORED) return packed;
  // One byte of room beyond what is stated shows that there is more, and spares zlib a second buffer when there is not.
  const room = Math.max(entry.uncompressedSize + 1, 64);
  const { buffer, engine } = inflate(packed, room, record);
  if (engine.bytesWritten !== entry.compressedSize) throw trailing(record);
  return buffer;
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflate(packed: Buffer, room: number, record: ZipRecord): Inflated {
  try {
    // The types of Node do not know what `info` makes of the result.
    return inflateRawSync(packed, { chunkSize: room, maxOutputLength: room, info: true }) as unknown as Inflated;
  } catch (error) {
    throw notInflatable(error, record);
  }
}

async function unpackInPieces(
  { file, record, start }: ContentSource,
  take: TakePiece,
  signal?: AbortSignal,
): Promise<void> {
  const { compressedSize, compressionMethod } = record.entry;
  const packed = Readable.from(file.pieces(start, compressedSize, CHUNK), { objectMode: false });
  const inflater = compressionMethod === STORED ? undefined : createInflateRaw({ chunkSize: CHUNK });
  try {
    await pipeline(packed, inflater ?? new PassThrough(), sinkOf(take), signal ? { signal } : {});
  } catch (error) {
    throw hasCode(error, 'Z_DATA_ERROR', 'Z_BUF_ERROR') ? notInflatable(error, record) : error;
  }
  if (inflater && inflater.bytesWritten !== compressedSize) throw trailing(record);
}

function sinkOf(take: TakePiece): Writable {
  const write = (piece: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void => {
    try {
      take(piece);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  };
  return new Writable({ write, highWaterMark: 1 });
}

function notInflatable(error: unknown, record: ZipRecord): DamagedEntry {
  if (hasCode(error, 'ERR_BUFFER_TOO_LARGE')) return tooLong(record);
  return new DamagedEntry(record.name, `cannot be inflated: ${messageOf(error)}`, error);
}

function tooLong({ name }: ZipRecord): DamagedEntry {
  return new DamagedEntry(name, 'has more content than is stated');
}

function trailing({ name }: ZipRecord): DamagedEntry {
  return new DamagedEntry(name, 'has bytes after the end of its content');
}
