import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { UnsafeEntry } from './archive-failure.js';
import { DeferredLinks } from './deferred-links.js';
import { placeEntry } from './entry-path.js';

/** What the reader tells of an entry; the fields are those of the zip's central directory. */
export interface ZipHeader {
  readonly fileName: string;
  readonly crc32: number;
  readonly uncompressedSize: number;
  /** The upper 16 bits are the Unix mode, where the archive was made on Unix. */
  externalFileAttributes: number;
  getLastModDate(): Date;
}

export interface ZipEntry {
  /** Path below the folder that the reader writes into. */
  readonly name: string;
  /** Path below the destination; undefined when stripped away. */
  readonly place: string | undefined;
  readonly isLink: boolean;
  readonly crc32: number;
  readonly modified: Date;
}

const KIND = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;
const PERMISSIONS = 0o777;
/** As far as links go; a longer one is not a path on any system. */
const LONGEST_TARGET = 4096;

/** Decides for each entry of a zip what is written, before anything of it is. */
export class ZipEntries {
  readonly links = new DeferredLinks();
  readonly #strip: number;
  readonly #entries = new Map<string, ZipEntry>();

  constructor(strip: number) {
    this.#strip = strip;
  }

  /** All but folders; of a name that came twice, the last. */
  all(): Iterable<ZipEntry> {
    return this.#entries.values();
  }

  /** The link that `name` is or lies below. */
  linkAbove(name: string): ZipEntry | undefined {
    const isAbove = (entry: ZipEntry): boolean => name === entry.name || name.startsWith(`${entry.name}/`);
    return [...this.#entries.values()].find((entry) => entry.isLink && isAbove(entry));
  }

  fileCount(): number {
    return [...this.#entries.values()].filter((entry) => !entry.isLink && entry.place !== undefined).length;
  }

  /**
   * Notes the entry and changes its attributes to what the reader shall write: a link becomes a file that holds its
   * target, because the reader would follow links that it made before.
   */
  admit(header: ZipHeader, folder: string): void {
    const mode = header.externalFileAttributes >>> 16;
    const name = placeEntry(header.fileName, 0);
    if (name === undefined || isFolder(header, mode)) {
      header.externalFileAttributes = attributes(FOLDER, (mode || 0o755) | 0o700);
      return;
    }
    const isLink = (mode & KIND) === LINK;
    assertWritable(header, mode, isLink);
    header.externalFileAttributes = attributes(REGULAR, isLink ? 0o600 : (mode || 0o644) | 0o600);
    if (this.#entries.has(name)) rmSync(join(folder, name), { force: true });
    this.#entries.set(name, this.#describe(header, name, isLink));
  }

  #describe(header: ZipHeader, name: string, isLink: boolean): ZipEntry {
    return {
      name,
      place: placeEntry(header.fileName, this.#strip),
      isLink,
      crc32: header.crc32,
      modified: header.getLastModDate(),
    };
  }
}

function isFolder(header: ZipHeader, mode: number): boolean {
  // Archives made on DOS and Windows mark a folder with attribute 16 and have no Unix mode.
  return (
    header.fileName.endsWith('/') || (mode & KIND) === FOLDER || (mode === 0 && header.externalFileAttributes === 16)
  );
}

function assertWritable(header: ZipHeader, mode: number, isLink: boolean): void {
  const kind = mode & KIND;
  if (kind !== 0 && kind !== REGULAR && !isLink) throw new UnsafeEntry(header.fileName, 'is a device or a pipe');
  if (isLink && header.uncompressedSize > LONGEST_TARGET) {
    throw new UnsafeEntry(header.fileName, 'is a link with a target that is too long');
  }
}

function attributes(kind: number, mode: number): number {
  return ((kind | (mode & PERMISSIONS)) << 16) >>> 0;
}
