import type { BitReader } from './bit-reader.js';

/** bzip2 has no longer codes. */
export const LONGEST_CODE = 20;
/** Codes of at most so many bits are found in one step; nearly all are so short. */
const QUICK = 10;
const LENGTH_BITS = 5;

/** Canonical Huffman codes, from nothing but their lengths. */
export class HuffmanTable {
  /** Symbols, by their codes. */
  readonly #symbols: Uint16Array;
  /** For each length: its first code, the first that is too large, and where its symbols begin. */
  readonly #first = new Int32Array(LONGEST_CODE + 1);
  readonly #end = new Int32Array(LONGEST_CODE + 1);
  readonly #start = new Int32Array(LONGEST_CODE + 1);
  /** By the next bits: the symbol and the length of its code; 0 where the code is longer. */
  readonly #quick = new Uint16Array(1 << QUICK);

  /** @throws Error when there are more codes than fit into their lengths */
  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST_CODE; length += 1) {
      this.#first[length] = code;
      this.#start[length] = index;
      lengths.forEach((wanted, symbol) => {
        if (wanted === length) this.#add(symbol, length, code++, index++);
      });
      if (code > 1 << length) throw new Error('the bzip2 stream is damaged: its codes are');
      this.#end[length] = code;
      code <<= 1;
    }
  }

  /** Takes the next symbol. */
  decode(reader: BitReader): number {
    const bits = reader.peek(LONGEST_CODE);
    const quick = this.#quick[bits >>> (LONGEST_CODE - QUICK)] ?? 0;
    if (quick === 0) return this.#decodeLong(reader, bits);
    reader.drop(quick & ((1 << LENGTH_BITS) - 1));
    return quick >>> LENGTH_BITS;
  }

  #add(symbol: number, length: number, code: number, index: number): void {
    this.#symbols[index] = symbol;
    if (length > QUICK) return;
    const from = code << (QUICK - length);
    this.#quick.fill((symbol << LENGTH_BITS) | length, from, from + (1 << (QUICK - length)));
  }

  #decodeLong(reader: BitReader, bits: number): number {
    for (let length = QUICK + 1; length <= LONGEST_CODE; length += 1) {
      const code = bits >>> (LONGEST_CODE - length);
      if (code >= (this.#end[length] ?? 0)) continue;
      reader.drop(length);
      return this.#symbols[(this.#start[length] ?? 0) + code - (this.#first[length] ?? 0)] ?? 0;
    }
    throw new Error('the bzip2 stream is damaged: a code is not known');
  }
}
