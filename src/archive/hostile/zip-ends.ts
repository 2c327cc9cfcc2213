import { damaged, extracted, type Expectation, type HostileArchive } from './hostile-archive.js';
import { rawZip, zip64End, type RawZipEnd } from './raw-zip.js';

const X = 'content';
const ENTRIES = [
  { name: 'a', content: X },
  { name: 'b', content: X },
];
const TREE = { a: X, b: X };

/** Ends of a zip that lie about its directory, so that programs would see different archives. */
export const ZIP_ENDS: readonly HostileArchive[] = [
  zip('fewer entries stated than there are', { entryCount: 1 }, damaged()),
  zip('more entries stated than there are', { entryCount: 3 }, damaged()),
  zip('no entry stated where there are two', { entryCount: 0 }, damaged()),
  zip('a directory stated as smaller', { directorySize: 10 }, damaged()),
  zip('a directory stated as larger', { directorySize: 5000 }, damaged()),
  zip('a directory stated to begin elsewhere', { directoryOffset: 3 }, damaged()),
  zip('a directory stated beyond the end', { directoryOffset: 0x7fffffff }, damaged()),
  zip('more than one disk', { disk: 3 }, damaged()),
  zip('a comment', { comment: Buffer.from('made by hand') }, extracted(TREE)),
  zip('a comment longer than the file', { comment: Buffer.from('short'), commentLength: 500 }, damaged()),
  zip('bytes after its comment', { comment: Buffer.from('a longer one'), commentLength: 2 }, damaged()),
  zip('another zip in its comment', { comment: rawZip([{ name: '../escaped', content: X }]) }, damaged()),
  zip('another end record in its comment', { comment: rawZip([]) }, damaged()),
  zip('the mark of an end record in its comment', { comment: Buffer.from('PK\x05\x06 and no more of it') }, damaged()),
  zip('a program before it', { before: Buffer.from('#!/bin/sh\nexit\n') }, extracted(TREE)),
  raw('a program before it that the offsets know nothing of', () =>
    Buffer.concat([Buffer.from('#!/bin/sh\n'), rawZip(ENTRIES)]),
  ),
  raw('bytes before it, and the mark of an entry', () => Buffer.concat([rawZip([]), rawZip(ENTRIES)])),
  zip('bytes between entries and directory', { gap: Buffer.from('a signature block') }, extracted(TREE)),
  { ...raw('no entry at all', () => rawZip([])), expect: extracted({}) },
  raw('nothing but the mark of an entry', () => Buffer.from('PK\x03\x04', 'latin1')),
  raw('a directory and no end record', () => rawZip(ENTRIES).subarray(0, -22)),
  zip(
    'a true zip64 end record',
    { entryCount: 0xffff, directorySize: 0xffffffff, directoryOffset: 0xffffffff, zip64: wideEnd({}) },
    extracted(TREE),
  ),
  zip('a zip64 end record that contradicts the other', { zip64: wideEnd({ count: 1 }) }, damaged()),
  zip('a zip64 end record with another count', { entryCount: 0xffff, zip64: wideEnd({ count: 1 }) }, damaged()),
  zip(
    'a zip64 end record with 2 to the power of 60 entries',
    { entryCount: 0xffff, zip64: wideEnd({ count: 2 ** 53 }) },
    damaged(),
  ),
  zip('a zip64 locator that leads nowhere', { entryCount: 0xffff, zip64: wideEnd({ locator: 1 }) }, damaged()),
  zip('a zip64 locator beyond the end', { entryCount: 0xffff, zip64: wideEnd({ locator: 2 ** 50 }) }, damaged()),
];

function zip(name: string, end: RawZipEnd, expect: Expectation): HostileArchive {
  return { name, format: 'zip', bytes: () => rawZip(ENTRIES, end), expect };
}

function raw(name: string, bytes: () => Buffer): HostileArchive {
  return { name, format: 'zip', bytes, expect: damaged() };
}

function wideEnd(lies: { readonly count?: number; readonly locator?: number }): NonNullable<RawZipEnd['zip64']> {
  return ({ offset, size }) => zip64End({ count: ENTRIES.length, size, offset, at: offset + size, ...lies });
}
