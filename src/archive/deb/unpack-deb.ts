import { DamagedEntry } from '../archive-failure.js';
import { decompress, takesChunksInTurn, type Compression } from '../decompress/decompress.js';
import { readChunks } from '../decompress/read-chunks.js';
import type { ExtractMeter } from '../limits.js';
import { unpackTar } from '../tar/unpack-tar.js';
import type { Unpacked, UnpackRequest } from '../unpack.js';
import { findArMember } from './ar-member.js';

const DATA = /^data\.tar(?:\.(gz|bz2|xz|zst))?$/;

/**
 * Unpacks the files of a Debian package (deb(5)), as `dpkg-deb --extract` does: scripts and descriptions, which are meant
 * for dpkg, are left out.
 * @throws UnsafeEntry, DamagedEntry, or Error when the archive is damaged elsewhere
 */
export async function unpackDeb(request: UnpackRequest, meter: ExtractMeter): Promise<Unpacked> {
  const { name, range } = await findArMember(request.archive, (member) => member.startsWith('data.tar'));
  const compression = compressionOf(name);
  const inTurn = compression === undefined || takesChunksInTurn(compression);
  const content = readChunks(request.archive, { range, inTurn });
  return unpackTar(compression === undefined ? content : await decompress(content, compression), request, meter);
}

function compressionOf(name: string): Compression | undefined {
  const found = DATA.exec(name);
  if (found === null) throw new DamagedEntry(name, 'is compressed in a way that is not known');
  return found[1] as Compression | undefined;
}
