import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ByteSource } from './decompress/byte-source.js';
import type { Chunks } from './decompress/chunks.js';
import { placeEntry } from './entry-path.js';
import type { ExtractMeter } from './limits.js';
import { TreeWriter } from './tree-writer.js';
import type { Unpacked, UnpackRequest } from './unpack.js';

/** What tells that a file is compressed, and is no part of the name of what is in it. */
const SUFFIX = /\.(gz|bz2|xz|zst)$/i;

/** Bytes per call of the system. */
const PIECE = 1024 * 1024;

/** Unpacks one compressed file, `tool.gz` to `tool`, with the date of the compressed one, as gunzip does. */
export async function unpackSingle(chunks: Chunks, request: UnpackRequest, meter: ExtractMeter): Promise<Unpacked> {
  const { archive, folder, signal, progress } = request;
  const name = basename(archive).replace(SUFFIX, '');
  const place = placeEntry(name, request.strip);
  if (place === undefined) return { root: folder, files: 0, bytes: 0, digests: undefined };
  const modified = (await stat(archive)).mtimeMs / 1000;
  meter.countEntry(name);
  const writer = new TreeWriter(folder, request);
  using file = writer.createFile(place, { mode: 0o644, modified });
  let bytes = 0;
  const source = new ByteSource(chunks);
  for (let chunk = await source.some(PIECE); chunk !== undefined; chunk = await source.some(PIECE)) {
    signal?.throwIfAborted();
    meter.countUnpacked(name, chunk.length);
    meter.countContent(name, chunk.length);
    file.write(chunk);
    bytes += chunk.length;
    progress(0, bytes);
  }
  file.finish();
  return { root: folder, files: 1, bytes, digests: await writer.digests() };
}
