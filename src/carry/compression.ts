import * as zlib from 'node:zlib';
import { FettleError } from '../errors/index.js';

export type Compression = 'none' | 'gzip' | 'zstd';

/** What zstd itself takes when it is not told: quick, and packs programs to about a third. */
const LEVEL = 3;

/**
 * How an export is compressed, by its name.
 * @throws FettleError E_USAGE
 */
export function compressionOf(file: string): Compression {
  if (file.endsWith('.tar')) return 'none';
  if (/\.(tar\.gz|tgz)$/.test(file)) return 'gzip';
  if (/\.(tar\.zst|tzst)$/.test(file)) return 'zstd';
  throw new FettleError('E_USAGE', `The name ${file} does not say how the export is to be compressed.`, {
    facts: { got: file, expected: ['.tar.zst', '.tar.gz', '.tar'] },
    hint: 'Choose a name that ends in .tar.zst.',
  });
}

type Chunks = AsyncIterable<Buffer>;

/** What `pipeline` puts between the archive and its file. */
export function compressor(compression: Compression): NodeJS.ReadWriteStream | ((chunks: Chunks) => Chunks) {
  switch (compression) {
    case 'none':
      return async function* (chunks) {
        yield* chunks;
      };
    case 'gzip':
      return zlib.createGzip();
    case 'zstd':
      return nativeZstd() ?? compressZstd;
  }
}

/** Node has it from 22.15 on, and it is several times as quick. */
function nativeZstd(): NodeJS.ReadWriteStream | undefined {
  const { createZstdCompress } = zlib as { readonly createZstdCompress?: () => NodeJS.ReadWriteStream };
  return createZstdCompress?.();
}

async function* compressZstd(chunks: Chunks): Chunks {
  const { Zstd } = await import('@hpcc-js/wasm-zstd');
  const zstd = await Zstd.load();
  zstd.reset();
  zstd.setCompressionLevel(LEVEL);
  for await (const chunk of chunks) {
    const packed = zstd.compressChunk(chunk);
    // A copy: the next call may write over the memory that this lies in.
    if (packed.length > 0) yield Buffer.from(packed);
  }
  yield Buffer.from(zstd.compressEnd());
}
