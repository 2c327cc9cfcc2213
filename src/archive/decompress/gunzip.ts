import { createGunzip, constants } from 'node:zlib';
import { messageOf } from '../../errors/index.js';

/** Bytes of the one buffer; what comes of one piece of the input nearly always fits. */
const ROOM = 1024 * 1024;
/** Bytes inflated in one call: gzip makes at most 1,032 of one, so what somebody made to fill the memory cannot. */
const INPUT = 32 * 1024;
/** Bytes given on at a time: who counts them knows by then which entry they are of. */
const OUTPUT = 128 * 1024;

/** What libraries that inflate in line (minizlib, pngjs, …) have always used of Node's zlib, and its types leave out. */
interface Engine {
  /** Null once it is closed. */
  _handle: { close?: () => void };
  /** Gives back a part of one buffer that it uses for every call; a new one where that is too small. */
  _processChunk(bytes: Uint8Array, flush: number): Uint8Array;
  on(event: 'error', listener: () => void): void;
  removeAllListeners(event: 'error'): void;
  close(): void;
}

/**
 * Gzip (RFC 1952), several members after each other included. Works in this thread, chunk by chunk: zlib's own streams
 * make a trip through the thread pool for each, which costs a third more when several archives are unpacked at once. And
 * always into the same memory: V8 does not collect buffers before a thread has thirty megabytes of them.
 */
export function* gunzip(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  using inflater = new Inflater();
  for (const chunk of chunks) {
    for (const piece of piecesOf(chunk, INPUT)) yield* piecesOf(inflater.inflate(piece, constants.Z_NO_FLUSH), OUTPUT);
  }
  yield* piecesOf(inflater.inflate(new Uint8Array(0), constants.Z_FINISH), OUTPUT);
}

function* piecesOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const doNothing = (): void => undefined;

class Inflater implements Disposable {
  readonly #engine = createGunzip({ chunkSize: ROOM }) as unknown as Engine;
  readonly #handle = this.#engine._handle;

  constructor() {
    // Each call ends with closing the handle, as if there were no others to follow.
    this.#handle.close = doNothing;
  }

  /** @returns bytes that are valid until the next call */
  inflate(bytes: Uint8Array, flush: number): Uint8Array {
    try {
      return this.#engine._processChunk(bytes, flush);
    } catch (error) {
      throw new Error(`zlib: ${messageOf(error)}`, { cause: error });
    } finally {
      this.#engine._handle = this.#handle;
      // Each call adds a listener; and what was thrown is told as an event, too.
      this.#engine.removeAllListeners('error');
      this.#engine.on('error', () => undefined);
    }
  }

  [Symbol.dispose](): void {
    // The method of its class comes back.
    delete this.#handle.close;
    this.#engine.close();
  }
}
