import type { FileWindow } from './file-window.js';

/** What the end of a zip says of its directory (APPNOTE 4.3.14 to 4.3.16). */
export interface ZipEnd {
  readonly entryCount: number;
  readonly directoryStart: number;
  /** Bytes. */
  readonly directorySize: number;
}

const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1');
const END_SIZE = 22;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_SIZE = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_SIZE = 56;
const LONGEST_COMMENT = 0xffff;
const IN_ZIP64_16 = 0xffff;
const IN_ZIP64_32 = 0xffffffff;

/**
 * Finds the end record and checks that it can be read in one way only: the same file must not be one archive for us and
 * another for the next program.
 * @throws Error
 */
export function readZipEnd(file: FileWindow): ZipEnd {
  const position = findEnd(file);
  const record = file.read(position, END_SIZE);
  const end = {
    entryCount: record.readUInt16LE(10),
    directorySize: record.readUInt32LE(12),
    directoryStart: record.readUInt32LE(16),
  };
  const wide = readZip64End(file, position);
  if (wide === undefined) return checkPlace(end, position);
  assertSame(end, wide.end);
  return checkPlace(wide.end, wide.position);
}

/** The end record stands at the end, with nothing but a comment after it. */
function findEnd(file: FileWindow): number {
  const length = Math.min(file.size, END_SIZE + LONGEST_COMMENT);
  const tail = file.read(file.size - length, length);
  const found: number[] = [];
  for (
    let at = tail.lastIndexOf(END_SIGNATURE);
    at !== -1;
    at = at === 0 ? -1 : tail.lastIndexOf(END_SIGNATURE, at - 1)
  ) {
    const rest = length - at - END_SIZE;
    if (rest >= 0 && tail.readUInt16LE(at + 20) === rest) found.push(file.size - length + at);
  }
  const [position, another] = found;
  if (position === undefined) throw new Error('it has no end record of a zip: it is incomplete, or no zip');
  if (another !== undefined) throw new Error('it has two end records, so that it could be read as two different zips');
  return position;
}

function readZip64End(
  file: FileWindow,
  endPosition: number,
): { readonly position: number; readonly end: ZipEnd } | undefined {
  if (endPosition < LOCATOR_SIZE + END64_SIZE) return undefined;
  const locator = file.read(endPosition - LOCATOR_SIZE, LOCATOR_SIZE);
  if (locator.readUInt32LE(0) !== LOCATOR_SIGNATURE) return undefined;
  const position = Number(locator.readBigUInt64LE(8));
  if (position > endPosition - LOCATOR_SIZE - END64_SIZE)
    throw new Error('its zip64 end record is not where it should be');
  const record = file.read(position, END64_SIZE);
  const length = Number(record.readBigUInt64LE(4)) + 12;
  if (record.readUInt32LE(0) !== END64_SIGNATURE || position + length !== endPosition - LOCATOR_SIZE) {
    throw new Error('its zip64 end record is not where it should be');
  }
  const end = {
    entryCount: Number(record.readBigUInt64LE(32)),
    directorySize: Number(record.readBigUInt64LE(40)),
    directoryStart: Number(record.readBigUInt64LE(48)),
  };
  return { position, end };
}

/** Where both end records have a number, it must be the same. */
function assertSame(narrow: ZipEnd, wide: ZipEnd): void {
  const isSame =
    (narrow.entryCount === IN_ZIP64_16 || narrow.entryCount === wide.entryCount) &&
    (narrow.directorySize === IN_ZIP64_32 || narrow.directorySize === wide.directorySize) &&
    (narrow.directoryStart === IN_ZIP64_32 || narrow.directoryStart === wide.directoryStart);
  if (!isSame) throw new Error('its end record and its zip64 end record contradict each other');
}

/** A program may stand before the archive (a self-extracting one) if the offsets count from the start of the file. */
function checkPlace(end: ZipEnd, position: number): ZipEnd {
  if (end.directoryStart + end.directorySize === position) return end;
  throw new Error('its directory is not where its end record says: bytes are missing, or were put before or between');
}
