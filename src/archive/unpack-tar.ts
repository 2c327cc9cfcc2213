import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ReadEntry, Unpack } from 'tar';
import { TarEntries } from './tar-entries.js';
import type { Unpacked, UnpackRequest } from './unpack.js';

/** Bytes per read and per inflated chunk: large, because each is a trip through the event loop. */
const CHUNK = 256 * 1024;
const END_MARK = Buffer.alloc(1024);

/**
 * Unpacks a tar, gzipped or not, into an empty folder. Links are made last, owners are not restored.
 * @throws UnsafeEntry, or whatever the reader says of a damaged archive
 */
export async function unpackTar(request: UnpackRequest, gzipped: boolean): Promise<Unpacked> {
  const entries = new TarEntries(request.strip);
  const tar = await import('tar');
  const unpacker = new tar.Unpack({
    cwd: request.folder,
    strict: true,
    preserveOwner: false,
    // A second file of one name must not be written into the first, whose mode and hard links it would take over.
    unlink: true,
    filter: (path, entry) => entries.admit(path, entry as ReadEntry),
  });
  unpacker.on('ignoredEntry', (entry: ReadEntry) => entries.noteIgnored(entry));
  await feed(request, gzipped, unpacker, entries);
  await entries.links.create(request.folder);
  return { root: request.folder, files: entries.fileCount() };
}

/** Ends only when the unpacker holds no open file any more, so that the folder can be removed after a failure. */
async function feed(request: UnpackRequest, gzipped: boolean, unpacker: Unpack, entries: TarEntries): Promise<void> {
  const idle = new Promise<void>((resolve) => unpacker.once('close', resolve));
  const sink = new UnpackerSink(unpacker, entries);
  const options = request.signal ? { signal: request.signal } : {};
  const bytes = createReadStream(request.archive, { highWaterMark: CHUNK });
  try {
    await (gzipped
      ? pipeline(bytes, createGunzip({ chunkSize: CHUNK }), sink, options)
      : pipeline(bytes, sink, options));
  } finally {
    unpacker.end();
    await idle;
  }
  const failure = sink.failure();
  if (failure !== undefined) throw failure;
}

/** Gives the unpacker bytes as fast as it takes them, and stops at the first thing that is wrong. */
class UnpackerSink extends Writable {
  readonly #unpacker: Unpack;
  readonly #entries: TarEntries;
  #error: Error | undefined;
  #isEmpty: boolean | undefined;
  #resume: (() => void) | undefined;

  constructor(unpacker: Unpack, entries: TarEntries) {
    super({ highWaterMark: 1 });
    this.#unpacker = unpacker;
    this.#entries = entries;
    unpacker.on('error', (error: Error) => {
      this.#error ??= error;
      this.#resume?.();
    });
    unpacker.on('drain', () => this.#resume?.());
  }

  /** What an entry was refused for comes first: the unpacker may stumble over the same entry. */
  failure(): Error | undefined {
    return this.#entries.refusal ?? (this.#isEmpty === true ? undefined : this.#error);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#isEmpty ??= startsWithEndMark(chunk);
    const proceed = (): void => {
      this.#resume = undefined;
      done(this.failure() ?? null);
    };
    if (this.failure() ?? this.#unpacker.write(chunk)) proceed();
    else this.#resume = proceed;
  }
}

/** An archive without entries is legal, although the reader takes it for none: two blocks of zeros. */
function startsWithEndMark(chunk: Buffer): boolean {
  return chunk.length >= END_MARK.length && chunk.subarray(0, END_MARK.length).equals(END_MARK);
}
