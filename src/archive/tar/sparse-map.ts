import type { ByteSource } from '../decompress/byte-source.js';
import type { PaxRecord } from './pax-records.js';
import { BLOCK, readSize } from './tar-header.js';

/** Where the stored bytes of a sparse file go; all else in it is zeros. */
export interface SparseMap {
  /** The size of the whole file. */
  readonly size: number;
  readonly pieces: readonly SparsePiece[];
}

export interface SparsePiece {
  readonly offset: number;
  readonly length: number;
}

/** More pieces than any real file has; a map of them takes 80 MB. */
const MOST_PIECES = 1_000_000;
const LONGEST_LINE = 32;

/**
 * The map that stands in GNU's own header (type S) and in the blocks that continue it.
 * @returns also how many bytes those blocks take
 */
export async function readGnuSparseMap(header: Buffer, source: ByteSource): Promise<SparseMap> {
  const numbers = readPieces(header, 386, 4);
  const size = readSize(header, 483, 12);
  for (let more = header[482]; more !== undefined && more !== 0;) {
    const block = await source.exactly(BLOCK);
    numbers.push(...readPieces(block, 0, 21));
    assertFew(numbers.length);
    more = block[504];
  }
  return sparseMap(size, numbers);
}

function readPieces(block: Buffer, start: number, count: number): SparsePiece[] {
  const pieces: SparsePiece[] = [];
  for (let offset = start; offset < start + count * 24 && block[offset] !== 0; offset += 24) {
    pieces.push({ offset: readSize(block, offset, 12), length: readSize(block, offset + 12, 12) });
  }
  return pieces;
}

/** Formats 0.0 (repeated records) and 0.1 (one record); undefined when the records have no map. */
export function sparseMapOfRecords(records: readonly PaxRecord[]): SparseMap | undefined {
  const size = lastOf(records, 'GNU.sparse.size');
  if (size === undefined) return undefined;
  const map = lastOf(records, 'GNU.sparse.map');
  const numbers =
    map === undefined
      ? records.filter(([keyword]) => /^GNU\.sparse\.(offset|numbytes)$/.test(keyword)).map(([, value]) => value)
      : map.split(',').filter((number) => number !== '');
  return sparseMap(parseNumber(size), pairs(numbers.map(parseNumber)));
}

/**
 * Format 1.0: the map is the first part of the content, decimal numbers on lines, filled up to whole blocks.
 * @returns also how many bytes of the content it takes
 */
export async function readSparseMap(
  size: string,
  source: ByteSource,
): Promise<{ readonly map: SparseMap; readonly taken: number }> {
  const lines = new NumberLines(source);
  const count = await lines.next();
  assertFew(count);
  const numbers: number[] = [];
  while (numbers.length < 2 * count) numbers.push(await lines.next());
  return { map: sparseMap(parseNumber(size), pairs(numbers)), taken: lines.taken };
}

/** The numbers of the map, taken block by block. */
class NumberLines {
  taken = 0;
  #text = '';

  constructor(private readonly source: ByteSource) {}

  async next(): Promise<number> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end !== -1) {
        const number = parseNumber(this.#text.slice(0, end));
        this.#text = this.#text.slice(end + 1);
        return number;
      }
      if (this.#text.length > LONGEST_LINE) throw damaged();
      this.#text += (await this.source.exactly(BLOCK)).toString('latin1');
      this.taken += BLOCK;
    }
  }
}

export function lastOf(records: readonly PaxRecord[], keyword: string): string | undefined {
  return records.findLast(([name]) => name === keyword)?.[1];
}

function pairs(numbers: readonly number[]): SparsePiece[] {
  if (numbers.length % 2 !== 0) throw damaged();
  assertFew(numbers.length / 2);
  return numbers.flatMap((offset, index) => (index % 2 === 0 ? [{ offset, length: numbers[index + 1] ?? 0 }] : []));
}

/** @throws Error unless the pieces stand in order, apart from each other and inside the file */
function sparseMap(size: number, pieces: readonly SparsePiece[]): SparseMap {
  let end = 0;
  for (const { offset, length } of pieces) {
    if (offset < end || offset + length > size) throw damaged();
    end = offset + length;
  }
  return { size, pieces };
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(number)) throw damaged();
  return number;
}

function assertFew(pieces: number): void {
  if (pieces > MOST_PIECES) throw new Error('a sparse file has more pieces than can be');
}

function damaged(): Error {
  return new Error('the map of a sparse file is damaged');
}
