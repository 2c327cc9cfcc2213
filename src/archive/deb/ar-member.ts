import { open, type FileHandle } from 'node:fs/promises';
import type { FileRange } from '../decompress/read-chunks.js';

export const AR_SIGNATURE = '!<arch>\n';

const HEADER = 60;

export interface ArMember {
  readonly name: string;
  /** Where its content stands in the archive. */
  readonly range: FileRange;
}

/**
 * The first wanted member of an `ar` archive (ar(5), with short names).
 * @throws Error when it is damaged or has no such member
 */
export async function findArMember(archive: string, isWanted: (name: string) => boolean): Promise<ArMember> {
  const file = await open(archive, 'r');
  try {
    if ((await readText(file, 0, AR_SIGNATURE.length)) !== AR_SIGNATURE) throw new Error('it is no ar archive');
    for (let start = AR_SIGNATURE.length; ;) {
      const { name, size } = parseHeader(await readText(file, start, HEADER));
      const range = { start: start + HEADER, length: size };
      if (isWanted(name)) return { name, range };
      start = range.start + size + (size % 2);
    }
  } finally {
    await file.close();
  }
}

async function readText(file: FileHandle, position: number, length: number): Promise<string> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Error('it ends before the files it should hold');
  return buffer.toString('latin1');
}

function parseHeader(header: string): { readonly name: string; readonly size: number } {
  const size = header.slice(48, 58).trim();
  if (!header.endsWith('`\n') || !/^[0-9]+$/.test(size)) throw new Error('a header of the ar archive is damaged');
  // GNU ends a name with a slash.
  return { name: header.slice(0, 16).trimEnd().replace(/\/$/, ''), size: Number(size) };
}
