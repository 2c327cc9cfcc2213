import { DamagedEntry } from '../archive-failure.js';
import type { ZipRecord } from './zip-record.js';

export const STORED = 0;
const DEFLATED = 8;

/** Names of the methods that packers offer (APPNOTE 4.4.5). */
const METHODS: Readonly<Record<number, string>> = {
  1: 'shrink',
  6: 'implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  16: 'CMPSC',
  19: 'LZ77',
  93: 'Zstandard',
  94: 'MP3',
  95: 'xz',
  96: 'JPEG',
  97: 'WavPack',
  98: 'PPMd',
  99: 'AES encryption',
};

/** Traditional encryption, strong encryption, and a directory that hides what the local headers say. */
const ENCRYPTION_FLAGS = 0x1 | 0x40 | 0x2000;

/**
 * Whether the content can be had at all.
 * @throws DamagedEntry
 */
export function assertExtractable({ name, entry }: ZipRecord): void {
  if ((entry.generalPurposeBitFlag & ENCRYPTION_FLAGS) !== 0) {
    throw new DamagedEntry(name, 'is encrypted, and there is no way to give a password');
  }
  const method = entry.compressionMethod;
  if (method === STORED && entry.compressedSize !== entry.uncompressedSize) {
    throw new DamagedEntry(name, 'is stored as it is, and yet has two sizes');
  }
  if (method !== STORED && method !== DEFLATED) {
    const called = METHODS[method];
    throw new DamagedEntry(
      name,
      `is packed by method ${String(method)}${called === undefined ? '' : ` (${called})`}, which is not supported`,
    );
  }
}
