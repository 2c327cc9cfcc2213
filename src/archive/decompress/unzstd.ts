/** As many frames without content may stand after each other in one chunk. */
const MOST_EMPTY_FRAMES = 10_000;

/**
 * Zstandard (RFC 8878), several frames after each other included.
 * The memory of a stream that is damaged or not read to its end is given back only when the thread ends.
 * @throws Error when it is damaged, cut off, or needs a window of more than 128 MiB
 */
export async function loadUnzstd(): Promise<(chunks: Iterable<Uint8Array>) => Generator<Uint8Array>> {
  const { ZSTDDecoder } = await import('zstddec/stream');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return function* unzstd(chunks) {
    const input = new CountedChunks(chunks);
    let empty = 0;
    for (const bytes of decoder.decodeStreaming(input)) {
      if (bytes.length > 0) yield bytes;
      empty = bytes.length > 0 || input.hasMoved() ? 0 : empty + 1;
      // The decoder goes on forever with what it cannot decode.
      if (empty > MOST_EMPTY_FRAMES) {
        throw new Error('the Zstandard stream is damaged, or made for more memory than 128 MiB');
      }
    }
    if (input.count === 0) throw new Error('the file is empty');
  };
}

/** Chunks that tell how many of them were taken. */
class CountedChunks implements Iterable<Uint8Array> {
  readonly #chunks: Iterable<Uint8Array>;
  #seen = 0;
  count = 0;

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks;
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    for (const chunk of this.#chunks) {
      this.count += 1;
      yield chunk;
    }
  }

  /** Whether another one was taken since this was asked last. */
  hasMoved(): boolean {
    const moved = this.count !== this.#seen;
    this.#seen = this.count;
    return moved;
  }
}
