import { DamagedEntry, UnsafeEntry } from '../archive-failure.js';
import { ByteSource } from '../decompress/byte-source.js';
import type { Chunks } from '../decompress/chunks.js';
import { assertStripped, placeEntry } from '../entry-path.js';
import type { ExtractMeter } from '../limits.js';
import { TreeWriter, type FileWriter } from '../tree-writer.js';
import type { Unpacked, UnpackRequest } from '../unpack.js';
import type { SparseMap } from './sparse-map.js';
import { TarReader, type TarEntry } from './tar-reader.js';

/** What says something of the tape or of rights, and makes nothing: a volume's label, Solaris' lists of rights. */
const DESCRIPTIONS = new Set(['V', 'A']);

/**
 * Unpacks a tar, already decompressed, into an empty folder. Links are made last, owners are not restored.
 * @throws UnsafeEntry, DamagedEntry, or Error when the archive is damaged elsewhere
 */
export async function unpackTar(chunks: Chunks, request: UnpackRequest, meter: ExtractMeter): Promise<Unpacked> {
  const source = new ByteSource(chunks, (bytes) => {
    meter.countUnpacked(reader.name, bytes);
  });
  const reader = new TarReader(source);
  const unpacking = new TarUnpacking(reader, request, meter);
  try {
    return await unpacking.unpack();
  } finally {
    await source.close();
  }
}

class TarUnpacking {
  readonly #reader: TarReader;
  readonly #request: UnpackRequest;
  readonly #meter: ExtractMeter;
  readonly #writer: TreeWriter;
  #bytes = 0;

  constructor(reader: TarReader, request: UnpackRequest, meter: ExtractMeter) {
    this.#reader = reader;
    this.#request = request;
    this.#meter = meter;
    this.#writer = new TreeWriter(request.folder, request);
  }

  async unpack(): Promise<Unpacked> {
    for (let entry = await this.#reader.next(); entry !== undefined; entry = await this.#reader.next()) {
      this.#request.signal?.throwIfAborted();
      this.#meter.countEntry(entry.name);
      await this.#make(entry);
      this.#request.progress(this.#writer.files, this.#bytes);
    }
    await this.#writer.finish();
    return {
      root: this.#request.folder,
      files: this.#writer.files,
      bytes: this.#bytes,
      digests: await this.#writer.digests(),
    };
  }

  async #make(entry: TarEntry): Promise<void> {
    if (DESCRIPTIONS.has(entry.type)) return;
    const kind = kindOf(entry);
    const place = placeEntry(entry.name, this.#request.strip);
    if (place === undefined) {
      if (kind !== 'folder') assertStripped(entry.name, this.#request.strip);
      return;
    }
    switch (kind) {
      case 'file':
        return this.#makeFile(place, entry);
      case 'folder':
        this.#writer.makeFolder(place, { mode: entry.mode ?? 0o755, modified: entry.modified });
        return;
      case 'hard link':
        this.#makeHardLink(place, entry);
        return;
      case 'link':
        this.#writer.deferLink(place, entry.linkName);
    }
  }

  #makeHardLink(place: string, entry: TarEntry): void {
    const target = placeTarget(place, entry.linkName, this.#request.strip);
    if (target === undefined) throw new UnsafeEntry(place, 'is a hard link to what is not extracted', entry.linkName);
    this.#writer.makeHardLink(place, target);
  }

  async #makeFile(place: string, entry: TarEntry): Promise<void> {
    this.#meter.countContent(entry.name, entry.size);
    using file = this.#writer.createFile(place, { mode: entry.mode ?? 0o644, modified: entry.modified });
    await (entry.sparse === undefined ? this.#copy(file) : this.#copySparse(file, entry.sparse));
    file.finish();
  }

  async #copy(file: FileWriter): Promise<void> {
    for (let piece = await this.#reader.content(); piece !== undefined; piece = await this.#reader.content()) {
      file.write(piece);
      this.#count(piece.length);
    }
  }

  async #copySparse(file: FileWriter, map: SparseMap): Promise<void> {
    let bytes: Buffer = Buffer.alloc(0);
    for (const { offset, length } of map.pieces) {
      for (let done = 0; done < length;) {
        if (bytes.length === 0) bytes = (await this.#reader.content()) ?? bytes;
        const piece = bytes.subarray(0, length - done);
        file.write(piece, offset + done);
        this.#count(piece.length);
        done += piece.length;
        bytes = bytes.subarray(piece.length);
      }
    }
    file.resize(map.size);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#request.progress(this.#writer.files, this.#bytes);
    this.#request.signal?.throwIfAborted();
  }
}

/** What is wrong with the target is said of the link. */
function placeTarget(place: string, target: string, strip: number): string | undefined {
  try {
    return placeEntry(target, strip);
  } catch (error) {
    if (!(error instanceof UnsafeEntry)) throw error;
    throw new UnsafeEntry(place, `is a hard link to what ${error.reason}`, target);
  }
}

/** @throws UnsafeEntry, DamagedEntry for what cannot be made here, as its loss would be noticed by nobody */
function kindOf({ type, name }: TarEntry): 'file' | 'folder' | 'link' | 'hard link' {
  switch (type) {
    case '0':
      // Tars before POSIX have no letter for folders.
      return name.endsWith('/') ? 'folder' : 'file';
    case '7':
    case 'S':
      return 'file';
    case '5':
    case 'D':
      return 'folder';
    case '1':
      return 'hard link';
    case '2':
      return 'link';
    case '3':
    case '4':
      throw new UnsafeEntry(name, 'is a device');
    case '6':
      throw new UnsafeEntry(name, 'is a pipe');
    default:
      throw new DamagedEntry(name, `is of a kind that cannot be extracted (${JSON.stringify(type)})`);
  }
}
