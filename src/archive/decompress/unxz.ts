import { messageOf } from '../../errors/index.js';

/** What the decoder says, by the numbers of its library (xz-embedded's `enum xz_ret`). */
const PROBLEMS: Readonly<Record<string, string>> = {
  3: 'there is not enough memory for the xz stream',
  4: 'the xz stream wants too much memory',
  5: 'it is no xz stream',
  6: 'the xz stream uses a filter or a check that is not supported; LZMA2 with CRC32, CRC64 or no check is',
  7: 'the xz stream is damaged',
  8: 'the xz stream is cut off, or something follows it',
};

/**
 * xz (The .xz File Format 1.2), several streams after each other included; no filters but LZMA2.
 * @throws Error
 */
export async function loadUnxz(): Promise<(chunks: Iterable<Uint8Array>) => AsyncGenerator<Uint8Array>> {
  const { XzReadableStream } = await import('xz-decompress');
  return async function* unxz(chunks) {
    const reader = new XzReadableStream(streamOf(chunks)).getReader();
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
    } catch (error) {
      throw explain(error);
    } finally {
      // The stream stumbles when it is given up after it has read ahead to its end.
      await reader.cancel().catch(() => undefined);
    }
  };
}

/** A stream that is read when more of it is wanted. */
function streamOf(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const next: IteratorResult<Uint8Array, unknown> = iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel() {
      iterator.return?.();
    },
  });
}

function explain(error: unknown): unknown {
  const number = /error code ([0-9]+)$/.exec(messageOf(error))?.[1];
  const problem = number === undefined ? undefined : PROBLEMS[number];
  return problem === undefined ? error : new Error(problem, { cause: error });
}
