import { stat } from 'node:fs/promises';
import type { ArchiveFormat } from './archive.js';
import { unpackDeb } from './deb/unpack-deb.js';
import type { Chunks } from './decompress/chunks.js';
import { decompress, takesChunksInTurn, type Compression } from './decompress/decompress.js';
import { readChunks } from './decompress/read-chunks.js';
import { ExtractMeter } from './limits.js';
import { unpackTar } from './tar/unpack-tar.js';
import { unpackSingle } from './unpack-single.js';
import type { Unpacked, UnpackRequest } from './unpack.js';
import { unpackZip } from './zip/unpack-zip.js';

/**
 * Unpacks an archive of a known format into an empty folder.
 * @throws UnsafeEntry, DamagedEntry, or Error when the archive is damaged elsewhere
 */
export async function unpackArchive(request: UnpackRequest, format: ArchiveFormat): Promise<Unpacked> {
  if (format === 'zip') return unpackZip(request);
  const meter = new ExtractMeter(request.limits, (await stat(request.archive)).size);
  const { archive } = request;
  switch (format) {
    case 'deb':
      return unpackDeb(request, meter);
    case 'tar':
      return unpackTar(readChunks(archive, { inTurn: true }), request, meter);
    case 'tar.gz':
    case 'tar.bz2':
    case 'tar.xz':
    case 'tar.zst':
      return unpackTar(await decompressed(archive, compressionOf(format)), request, meter);
    case 'gz':
    case 'bz2':
    case 'xz':
    case 'zst':
      return unpackSingle(await decompressed(archive, format), request, meter);
  }
}

function decompressed(archive: string, compression: Compression): Promise<Chunks> {
  return decompress(readChunks(archive, { inTurn: takesChunksInTurn(compression) }), compression);
}

function compressionOf(format: `tar.${Compression}`): Compression {
  return format.slice('tar.'.length) as Compression;
}
