import type { BitReader } from './bit-reader.js';
import { HuffmanTable, LONGEST_CODE } from './huffman-table.js';

/** So many symbols in turn have one table. */
const GROUP = 50;
/** As many as a full block has; some packers write more, which are of no use. */
const MOST_SELECTORS = 18_002;

/** The bytes that occur in a block, in order. */
export function readAlphabet(reader: BitReader): Uint8Array {
  const rows = reader.take(16);
  const bytes: number[] = [];
  for (let row = 0; row < 16; row += 1) {
    if (((rows << row) & 0x8000) === 0) continue;
    const columns = reader.take(16);
    for (let column = 0; column < 16; column += 1) {
      if (((columns << column) & 0x8000) !== 0) bytes.push(row * 16 + column);
    }
  }
  if (bytes.length === 0) throw damaged();
  return Uint8Array.from(bytes);
}

/** The symbols of a block, whose table changes every fifty symbols. */
export class BlockCodes {
  readonly #reader: BitReader;
  readonly #tables: readonly HuffmanTable[];
  readonly #selectors: Uint8Array;
  #table: HuffmanTable | undefined;
  #group = 0;
  #left = 0;

  /** @param symbols how many there are: two for runs, one for each byte but the first, one for the end */
  constructor(reader: BitReader, symbols: number) {
    this.#reader = reader;
    const tables = reader.take(3);
    if (tables < 2 || tables > 6) throw damaged();
    this.#selectors = readSelectors(reader, tables);
    this.#tables = Array.from({ length: tables }, () => new HuffmanTable(readLengths(reader, symbols)));
  }

  next(): number {
    if (this.#left === 0) this.#changeTable();
    this.#left -= 1;
    if (this.#table === undefined) throw damaged();
    return this.#table.decode(this.#reader);
  }

  #changeTable(): void {
    const selector = this.#selectors[this.#group];
    if (selector === undefined) throw damaged();
    this.#table = this.#tables[selector];
    this.#group += 1;
    this.#left = GROUP;
  }
}

/** Which table each group has: its place in a list whose last used one moves to the front. */
function readSelectors(reader: BitReader, tables: number): Uint8Array {
  const count = reader.take(15);
  const selectors = new Uint8Array(Math.min(count, MOST_SELECTORS));
  const order = Array.from({ length: tables }, (_, table) => table);
  for (let index = 0; index < count; index += 1) {
    let place = 0;
    while (reader.take(1) === 1) place += 1;
    const [table] = order.splice(place, 1);
    if (table === undefined) throw damaged();
    order.unshift(table);
    if (index < selectors.length) selectors[index] = table;
  }
  return selectors;
}

/** Each length is told by steps from the one before. */
function readLengths(reader: BitReader, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols);
  let length = reader.take(5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    while (reader.take(1) === 1) length += reader.take(1) === 0 ? 1 : -1;
    if (length < 1 || length > LONGEST_CODE) throw damaged();
    lengths[symbol] = length;
  }
  return lengths;
}

function damaged(): Error {
  return new Error('the bzip2 stream is damaged');
}
