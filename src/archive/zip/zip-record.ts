import type { Entry } from 'yauzl';

/** One entry, as the central directory of the zip has it. */
export interface ZipRecord {
  /** Decoded, with `/` between its parts. */
  readonly name: string;
  readonly kind: ZipKind;
  /** As Unix has it, where the archive was made there. */
  readonly mode: number | undefined;
  /** Seconds since the epoch. */
  readonly modified: number;
  /** The fields as the parser gives them. */
  readonly entry: Entry;
}

export type ZipKind = 'file' | 'folder' | 'link' | 'special';

const KIND = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;
const DOS_FOLDER = 0x10;

/** @param name as `entryName` decoded it */
export function describeRecord(entry: Entry, name: string): ZipRecord {
  const mode = entry.externalFileAttributes >>> 16;
  return {
    name,
    kind: kindOf(entry, name, mode),
    mode: mode === 0 ? undefined : mode,
    modified: modificationTime(entry),
    entry,
  };
}

function kindOf(entry: Entry, name: string, mode: number): ZipKind {
  const kind = mode & KIND;
  if (name.endsWith('/') || kind === FOLDER) return 'folder';
  // Archives made on DOS and Windows mark a folder with an attribute and have no Unix mode.
  if (mode === 0 && (entry.externalFileAttributes & DOS_FOLDER) !== 0) return 'folder';
  if (kind === LINK) return 'link';
  return kind === 0 || kind === REGULAR ? 'file' : 'special';
}

/** The DOS date has no time zone: it is read as UTC, so that an archive gives the same tree everywhere. */
function modificationTime(entry: Entry): number {
  const time = entry.getLastModDate({ timezone: 'UTC' }).getTime();
  return Number.isNaN(time) ? 0 : time / 1000;
}
