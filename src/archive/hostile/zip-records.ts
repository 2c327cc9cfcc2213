import { deflateRawSync } from 'node:zlib';
import { damaged, extracted, unsafe, type Expectation, type HostileArchive } from './hostile-archive.js';
import {
  crcOf,
  DESCRIPTOR_FLAG,
  extraField,
  narrow,
  rawZip,
  STORED,
  UTF8_FLAG,
  wide,
  type RawZipEntry,
} from './raw-zip.js';

const X = 'content';
const PACKED = deflateRawSync(Buffer.from(X));
const GOOD: RawZipEntry = { name: 'good', content: X };
const UNICODE_PATH = 0x7075;
const ZIP64 = 0x0001;
const FILLED = 0xffffffff;
const DOS = 0;
const FLAGGED = UTF8_FLAG | DESCRIPTOR_FLAG;

/** Zip entries whose two headers contradict each other, or what comes out of them. */
export const ZIP_RECORDS: readonly HostileArchive[] = [
  zip('a wrong checksum', [GOOD, { name: 'b', content: X, crc: 1 }], damaged('b')),
  zip('a wrong checksum of what is stored', [GOOD, { name: 'b', content: X, method: STORED, crc: 1 }], damaged('b')),
  zip('a wrong checksum of an empty file', [{ name: 'b', content: '', crc: 1 }], damaged('b')),
  zip('less content than it states', [{ name: 'b', content: X, size: 8 }], damaged('b')),
  zip('more content than it states', [{ name: 'b', content: X, size: 6 }], damaged('b')),
  zip('content where it states none', [{ name: 'b', content: X, size: 0 }], damaged('b')),
  zip(
    '2 MiB of content where it states 7 bytes',
    [{ name: 'b', content: Buffer.alloc(2 << 20), size: 7 }],
    damaged('b'),
  ),
  zip('7 bytes of content where it states 2 MiB', [{ name: 'b', content: X, size: 2 << 20 }], damaged('b')),
  zip('no packed bytes where it states 2 MiB', [{ name: 'b', packed: Buffer.alloc(0), size: 2 << 20 }], damaged('b')),
  zip(
    'fewer packed bytes than its content needs',
    [{ name: 'b', content: X, packedSize: PACKED.length - 3 }],
    damaged('b'),
  ),
  zip(
    'more packed bytes than lie before the next entry',
    [{ name: 'b', content: X, packedSize: PACKED.length + 9 }, GOOD],
    unsafe('b'),
  ),
  zip(
    'bytes after the end of its content',
    [{ name: 'b', content: X, packed: Buffer.concat([PACKED, Buffer.from('more')]) }],
    damaged('b'),
  ),
  zip(
    '2 MiB after the end of its content',
    [{ name: 'b', content: X, packed: Buffer.concat([PACKED, Buffer.alloc(2 << 20)]) }],
    damaged('b'),
  ),
  zip('content that cannot be inflated', [{ name: 'b', content: X, packed: Buffer.from('nonsense') }], damaged('b')),
  zip(
    '2 MiB that cannot be inflated',
    [{ name: 'b', packed: Buffer.alloc(2 << 20, 0x77), size: 4 << 20 }],
    damaged('b'),
  ),
  zip('stored content with two sizes', [{ name: 'b', content: X, method: STORED, size: 9 }], damaged('b')),
  zip(
    'another name in the local header',
    [GOOD, { name: 'b', content: X, inLocal: { name: '../escaped' } }],
    unsafe('b'),
  ),
  zip(
    'a climbing name in the directory only',
    [{ name: 'b', content: X, inDirectory: { name: '../escaped' } }],
    unsafe('../escaped'),
  ),
  zip('no name in the local header', [{ name: 'b', content: X, inLocal: { name: '' } }], unsafe('b')),
  zip('another method in the local header', [{ name: 'b', content: X, inLocal: { method: STORED } }], damaged('b')),
  zip('another size in the local header', [{ name: 'b', content: X, inLocal: { size: 9 } }], damaged('b')),
  zip('another packed size in the local header', [{ name: 'b', content: X, inLocal: { packedSize: 3 } }], damaged('b')),
  zip('another checksum in the local header', [{ name: 'b', content: X, inLocal: { crc: 1 } }], damaged('b')),
  zip('an encrypted entry', [GOOD, { name: 'b', content: X, flags: 0x1 }], damaged('b')),
  zip(
    'an entry that only its own header calls encrypted',
    [{ name: 'b', content: X, inLocal: { flags: 0x1 } }],
    damaged('b'),
  ),
  zip('a strongly encrypted entry', [GOOD, { name: 'b', content: X, flags: 0x41 }], damaged('b')),
  zip('an entry with hidden headers', [{ name: 'b', content: X, flags: 0x2001 }], damaged('b')),
  zip('an entry packed with bzip2', [{ name: 'b', content: X, method: 12 }], damaged('b')),
  zip('an entry packed with AES', [{ name: 'b', content: X, method: 99 }], damaged('b')),
  zip('an entry packed in an unknown way', [{ name: 'b', content: X, method: 1234 }], damaged('b')),
  zip('a true data descriptor', [described(narrow(crcOf(X), PACKED.length, 7), true)], extracted({ b: X })),
  zip(
    'a true data descriptor without signature',
    [described(narrow(crcOf(X), PACKED.length, 7), false)],
    extracted({ b: X }),
  ),
  zip(
    'a true data descriptor of 64 bits',
    [described(Buffer.concat([narrow(crcOf(X)), wide(PACKED.length, 7)]), true)],
    extracted({ b: X }),
  ),
  zip('a data descriptor with another checksum', [described(narrow(1, PACKED.length, 7), true)], damaged('b')),
  zip('a data descriptor with another size', [described(narrow(crcOf(X), PACKED.length, 8), true)], damaged('b')),
  zip('no data descriptor where one should be', [described(Buffer.alloc(0), false)], damaged('b')),
  zip('a local header beyond its end', [GOOD, { name: 'b', content: X, offset: 1 << 30 }], unsafe(/./)),
  zip('a local header one byte too far', [GOOD, { name: 'b', content: X, offsetError: 1 }], unsafe('b')),
  {
    ...zip('a local header that is none', [], damaged('b')),
    bytes: () => rawZip([GOOD, { name: 'b', content: X, offsetError: 1 }], { gap: Buffer.alloc(40) }),
  },
  zip('a local header in the directory', [{ name: 'b', content: X, offsetError: 40 }], unsafe('b')),
  zip(
    'a zip64 size of 2 to the power of 60',
    [{ name: 'b', content: X, inDirectory: { size: FILLED, extra: extraField(ZIP64, wide(1n << 60n)) } }],
    unsafe('b'),
  ),
  zip(
    'a zip64 size beyond what numbers can count',
    [{ name: 'b', content: X, inDirectory: { size: FILLED, extra: extraField(ZIP64, wide((1n << 64n) - 1n)) } }],
    unsafe('b'),
  ),
  zip(
    'a zip64 packed size of 2 to the power of 60',
    [{ name: 'b', content: X, inDirectory: { packedSize: FILLED, extra: extraField(ZIP64, wide(1n << 60n)) } }],
    unsafe('b'),
  ),
  zip(
    'a zip64 offset of 2 to the power of 60',
    [{ name: 'b', content: X, offset: FILLED, inDirectory: { extra: extraField(ZIP64, wide(1n << 60n)) } }],
    unsafe('b'),
  ),
  zip(
    'true zip64 sizes',
    [
      {
        name: 'b',
        content: X,
        inDirectory: { size: FILLED, packedSize: FILLED, extra: extraField(ZIP64, wide(7, PACKED.length)) },
      },
    ],
    extracted({ b: X }),
  ),
  zip(
    'zip64 sizes that are cut',
    [{ name: 'b', content: X, inDirectory: { size: FILLED, extra: extraField(ZIP64, narrow(7)) } }],
    damaged('b'),
  ),
  zip('a size for zip64 without zip64', [{ name: 'b', content: X, inDirectory: { size: FILLED } }], damaged('b')),
  zip(
    'an extra field longer than there is',
    [{ name: 'b', content: X, inDirectory: { extra: Buffer.from([0x75, 0x70, 0xff, 0xff]) } }],
    damaged('b'),
  ),
  zip(
    'a Unicode path that climbs',
    [{ name: 'b', content: X, extra: unicodePath('b', '../escaped') }],
    unsafe('../escaped'),
  ),
  zip(
    'a Unicode path for another name',
    [{ name: 'b', content: X, flags: 0, extra: unicodePath('c', '../escaped') }],
    extracted({ b: X }),
  ),
  zip('a name that is not the UTF-8 it claims to be', [{ name: Buffer.from([0x61, 0xff]), content: X }], damaged(/a/)),
  zip(
    'backslashes of a packer on DOS',
    [{ name: 'd\\f', content: X, madeBy: DOS, attributes: 0 }],
    extracted({ 'd/f': X }),
  ),
  zip(
    'backslashes of a packer on DOS that climb',
    [{ name: 'd\\..\\..\\f', content: X, madeBy: DOS, attributes: 0 }],
    unsafe('d/../../f'),
  ),
  zip(
    'a name in code page 437',
    [{ name: Buffer.from([0x81, 0x62]), content: X, flags: 0, madeBy: DOS, attributes: 0 }],
    extracted({ üb: X }),
  ),
  zip(
    'a name in UTF-8 that does not say so, from Unix',
    [{ name: 'über', content: X, flags: 0 }],
    extracted({ über: X }),
  ),
  zip(
    'a folder marked as on DOS',
    [
      { name: 'd', madeBy: DOS, attributes: 0x10 },
      { name: 'd/f', content: X },
    ],
    extracted({ 'd/f': X }),
  ),
  zip('a folder with content', [{ name: 'd/', content: X, mode: 0o040755 }], damaged('d/')),
  zip('a file whose name ends as that of a folder', [{ name: 'd/', content: X }], damaged('d/')),
  zip('resource forks of macOS', [GOOD, { name: '__MACOSX/._good', content: X }], extracted({ good: X })),
  zip(
    'resource forks that climb',
    [GOOD, { name: '__MACOSX/../../escaped', content: X }],
    unsafe('__MACOSX/../../escaped'),
  ),
  zip(
    'a link whose target is no UTF-8',
    [{ name: 'l', content: Buffer.from([0x61, 0xff]), mode: 0o120777 }],
    damaged('l'),
  ),
  zip('a date that is none', [{ name: 'b', content: X, date: 0, time: 0xffff }], extracted({ b: X })),
];

function zip(name: string, entries: readonly RawZipEntry[], expect: Expectation): HostileArchive {
  return { name, format: 'zip', bytes: () => rawZip(entries), expect };
}

/** As written by a packer that could not seek: sizes and checksum come after the content. */
function described(descriptor: Buffer, hasSignature: boolean): RawZipEntry {
  const signature = hasSignature ? Buffer.from('PK\x07\x08', 'latin1') : Buffer.alloc(0);
  return {
    name: 'b',
    content: X,
    flags: FLAGGED,
    inLocal: { crc: 0, size: 0, packedSize: 0 },
    descriptor: Buffer.concat([signature, descriptor]),
  };
}

/** Info-ZIP's extra field: a second name, which holds when the checksum of the first is right. */
function unicodePath(name: string, second: string): Buffer {
  return extraField(UNICODE_PATH, Buffer.concat([Buffer.from([1]), narrow(crcOf(name)), Buffer.from(second)]));
}
