/** Bytes in pieces of any size. A piece may be valid only until the next one is asked for. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
