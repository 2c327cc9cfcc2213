import type { Chunks } from './chunks.js';
import { loadUnxz } from './unxz.js';
import { loadUnzstd } from './unzstd.js';

export type Compression = 'gz' | 'bz2' | 'xz' | 'zst';

/** Decompresses a stream. Reads it to its end, where its checksum stands; a cut or damaged one is an error. */
export type Decompressor = (chunks: Iterable<Uint8Array>) => Chunks;

/** Whether it is done with a chunk before it asks for the next, so that both may lie in the same memory. */
export function takesChunksInTurn(compression: Compression): boolean {
  return compression === 'gz';
}

/** Each library is loaded when it is needed. */
const LOADERS: Readonly<Record<Compression, () => Promise<Decompressor>>> = {
  gz: async () => (await import('./gunzip.js')).gunzip,
  bz2: async () => (await import('./bzip2/bunzip2.js')).bunzip2,
  xz: loadUnxz,
  zst: loadUnzstd,
};

export async function decompress(chunks: Iterable<Uint8Array>, compression: Compression): Promise<Chunks> {
  const decompressor = await LOADERS[compression]();
  return decompressor(chunks);
}
