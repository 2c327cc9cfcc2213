import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import type { EventBody } from '../events/index.js';
import type { ExtractRequest } from './extract-request.js';
import { extractArchive } from './extract-archive.js';
import { tableCrc32 } from './zip/crc32.js';

/** One entry of an archive that a test makes by hand, so that it can hold what no packer would write. */
export interface TestEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  /** Tar's type letter: `0` file, `1` hard link, `2` symbolic link, `3` device, `5` folder, `6` pipe. */
  readonly type?: string;
  readonly linkTarget?: string;
  /** Seconds since the epoch. */
  readonly modified?: number;
}

const BLOCK = 512;

export function makeTar(entries: readonly TestEntry[], format: 'ustar' | 'v7' = 'ustar'): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    return [
      tarHeader(entry, content.length, format),
      content,
      Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
    ];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

export function makeTarGz(entries: readonly TestEntry[]): Buffer {
  return gzipSync(makeTar(entries));
}

function tarHeader(entry: TestEntry, size: number, format: 'ustar' | 'v7'): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(entry.name, 0, 100, 'utf8');
  writeOctal(header, 100, 8, entry.mode ?? (entry.type === '5' ? 0o755 : 0o644));
  writeOctal(header, 108, 8, 12345);
  writeOctal(header, 116, 8, 12345);
  writeOctal(header, 124, 12, size);
  writeOctal(header, 136, 12, entry.modified ?? 1_000_000_000);
  header.write(entry.type ?? '0', 156);
  header.write(entry.linkTarget ?? '', 157, 100, 'utf8');
  if (format === 'ustar') header.write('ustar\x0000', 257, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function writeOctal(header: Buffer, offset: number, length: number, value: number): void {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
}

/** Deflated entries with Unix modes, as Info-ZIP writes them; type letters as in tar. */
export function makeZip(entries: readonly TestEntry[], madeOn: 'unix' | 'dos' = 'unix'): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.linkTarget ?? entry.content ?? '');
    const packed = deflateRawSync(content);
    const name = Buffer.from(entry.name);
    const fields = zipFields(content, packed.length, name.length);
    const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4, 20, 0]), fields, name, packed]);
    directory.push(zipDirectoryRecord(entry, fields, name, { offset, madeOn }));
    locals.push(local);
    offset += local.length;
  }
  const records = Buffer.concat(directory);
  return Buffer.concat([...locals, records, zipEnd(entries.length, records.length, offset)]);
}

/** What local headers and the central directory have in common: flags to the length of the extra field. */
function zipFields(content: Buffer, packedSize: number, nameLength: number): Buffer {
  const fields = Buffer.alloc(24);
  fields.writeUInt16LE(0x0800, 0);
  fields.writeUInt16LE(8, 2);
  fields.writeUInt16LE(0x6000, 4);
  fields.writeUInt16LE(((2001 - 1980) << 9) | (9 << 5) | 9, 6);
  fields.writeUInt32LE(tableCrc32(content, 0), 8);
  fields.writeUInt32LE(packedSize, 12);
  fields.writeUInt32LE(content.length, 16);
  fields.writeUInt16LE(nameLength, 20);
  return fields;
}

const ZIP_KINDS: Readonly<Record<string, number>> = { '0': 0o100000, '2': 0o120000, '5': 0o040000, '6': 0o010000 };

function zipDirectoryRecord(
  entry: TestEntry,
  fields: Buffer,
  name: Buffer,
  where: { readonly offset: number; readonly madeOn: 'unix' | 'dos' },
): Buffer {
  const tail = Buffer.alloc(14);
  const mode = (ZIP_KINDS[entry.type ?? '0'] ?? 0) | (entry.mode ?? (entry.type === '5' ? 0o755 : 0o644));
  tail.writeUInt32LE(where.madeOn === 'unix' ? (mode << 16) >>> 0 : entry.type === '5' ? 16 : 0, 6);
  tail.writeUInt32LE(where.offset, 10);
  const madeBy = where.madeOn === 'unix' ? 3 : 0;
  return Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 20, madeBy, 20, 0]), fields, tail, name]);
}

function zipEnd(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32BE(0x504b0506, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}

interface ExtractOptions {
  readonly strip?: number;
  readonly limits?: NonNullable<ExtractRequest['limits']>;
  readonly signal?: AbortSignal;
  readonly onStart?: () => void;
}

/** A temporary folder with an archive in it and a folder `out` to extract to. */
export class ArchiveRig implements AsyncDisposable {
  readonly events: EventBody[] = [];
  private constructor(readonly folder: string) {}

  static async open(): Promise<ArchiveRig> {
    return new ArchiveRig(await mkdtemp(join(tmpdir(), 'fettle-archive-')));
  }

  get out(): string {
    return join(this.folder, 'out');
  }

  path(...parts: readonly string[]): string {
    return join(this.out, ...parts);
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    const file = join(this.folder, name);
    await writeFile(file, content);
    return file;
  }

  async extract(name: string, content: Uint8Array, options: ExtractOptions = {}): Promise<number> {
    return this.extractFile(await this.write(name, content), options);
  }

  async extractFile(archive: string, options: ExtractOptions = {}): Promise<number> {
    const { onStart, ...rest } = options;
    const emit = (event: EventBody): void => {
      this.events.push(event);
      if (event.kind === 'extract:start') onStart?.();
    };
    const { files } = await extractArchive({ archive, destination: this.out, strip: 0, emit, ...rest });
    return files;
  }

  /** Every file, link and empty folder below `out`, as `path` to content, `-> target` or `/`. */
  async tree(below = ''): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const entries = await readdir(this.path(below), { withFileTypes: true });
    if (entries.length === 0 && below !== '') found[below] = '/';
    for (const entry of entries) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) Object.assign(found, await this.tree(path));
      else if (entry.isSymbolicLink()) found[path] = `-> ${await readlink(this.path(path))}`;
      else found[path] = await readFile(this.path(path), 'utf8');
    }
    return found;
  }

  async mode(path: string): Promise<number> {
    return (await stat(this.path(path))).mode & 0o7777;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
