import type { SortedBlock } from './sorted-block.js';

/** After so many equal bytes comes the number of those that follow. */
const RUN = 4;

/** CRC-32 with the highest bit first, the polynomial of ISO 3309. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** Undoes the sorting of a block and gives its bytes in their order. */
export class BlockOutput {
  /** In the low eight bits the sorted bytes; above them, which of them follows. */
  readonly #chain: Uint32Array;
  #position: number;
  #left: number;
  #previous = -1;
  #equal = 0;
  #repeat = 0;
  #crc = -1;

  constructor(chain: Uint32Array, { count, origin }: SortedBlock) {
    link(chain, count);
    this.#chain = chain;
    this.#position = (chain[origin] ?? 0) >>> 8;
    this.#left = count;
  }

  /** The checksum of all bytes so far. */
  get checksum(): number {
    return ~this.#crc >>> 0;
  }

  /** Fills `target` as far as the block goes. @returns how many bytes were written; 0 at the end */
  fill(target: Uint8Array): number {
    const chain = this.#chain;
    let written = 0;
    let crc = this.#crc;
    let position = this.#position;
    let previous = this.#previous;
    let equal = this.#equal;
    let left = this.#left;
    while (written < target.length) {
      if (this.#repeat > 0) {
        this.#repeat -= 1;
      } else {
        if (left === 0) break;
        left -= 1;
        const next = chain[position] ?? 0;
        const byte = next & 0xff;
        position = next >>> 8;
        if (equal === RUN) {
          this.#repeat = byte;
          equal = 0;
          continue;
        }
        equal = byte === previous ? equal + 1 : 1;
        previous = byte;
      }
      target[written] = previous;
      written += 1;
      crc = (crc << 8) ^ (CRC[((crc >>> 24) ^ previous) & 0xff] ?? 0);
    }
    this.#crc = crc;
    this.#position = position;
    this.#previous = previous;
    this.#equal = equal;
    this.#left = left;
    return written;
  }
}

/** Equal bytes follow each other in the order in which they stand: that tells which byte follows which. */
function link(chain: Uint32Array, count: number): void {
  const starts = new Uint32Array(257);
  for (let index = 0; index < count; index += 1) {
    const next = (chain[index] ?? 0) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let byte = 1; byte < 257; byte += 1) starts[byte] = (starts[byte] ?? 0) + (starts[byte - 1] ?? 0);
  for (let index = 0; index < count; index += 1) {
    const byte = (chain[index] ?? 0) & 0xff;
    const place = starts[byte] ?? 0;
    starts[byte] = place + 1;
    chain[place] = (chain[place] ?? 0) | (index << 8);
  }
}
