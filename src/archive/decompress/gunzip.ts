import { messageOf } from '../../errors/index.js';
import type { ZlibOptions } from 'minizlib';

/** Passed on to zlib, although the types do not say so: bytes made at a time. */
const SETTINGS = { chunkSize: 256 * 1024 };

/**
 * Gzip (RFC 1952), several members after each other included. Works in this thread, chunk by chunk: zlib's own streams
 * make a trip through the thread pool for each, which costs a third more when several archives are unpacked at once.
 */
export async function loadGunzip(): Promise<(chunks: Iterable<Uint8Array>) => Generator<Uint8Array>> {
  const { Gunzip } = await import('minizlib');
  return function* gunzip(chunks) {
    const inflater = new Gunzip(SETTINGS as ZlibOptions);
    const inflated: Uint8Array[] = [];
    let failure: Error | undefined;
    inflater.on('data', (bytes: Uint8Array) => inflated.push(bytes));
    inflater.on('error', (error) => (failure ??= new Error(messageOf(error), { cause: error })));
    for (const chunk of chunks) {
      inflater.write(chunk);
      if (failure) throw failure;
      yield* inflated.splice(0);
    }
    inflater.end();
    if (failure) throw failure;
    yield* inflated;
  };
}
