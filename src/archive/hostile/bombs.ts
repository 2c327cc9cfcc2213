import { gzipSync } from 'node:zlib';
import { extracted, unsafe, type HostileArchive } from './hostile-archive.js';
import { inBoth } from './in-both.js';
import { rawTar } from './raw-tar.js';
import { rawZip, type RawZipEntry } from './raw-zip.js';

const X = 'content';
const MIB = 1 << 20;
const INNER_ZIP = rawZip([{ name: '../escaped', content: X }]);
const INNER_TAR = rawTar({ name: '../escaped', content: X });

/** Archives that make far more than they are, and archives in archives. */
export const BOMBS: readonly HostileArchive[] = [
  ...inBoth({
    name: 'more bytes than an archive may hold',
    entries: [
      { name: 'a', content: 'a'.repeat(600) },
      { name: 'b', content: 'b'.repeat(600) },
    ],
    limits: { maxBytes: 1000 },
    expect: unsafe('b'),
  }),
  ...inBoth({
    name: 'exactly as many bytes as it may hold',
    entries: [
      { name: 'a', content: X },
      { name: 'b', content: X },
    ],
    limits: { maxBytes: 2 * X.length },
    expect: extracted({ a: X, b: X }),
  }),
  ...inBoth({
    name: 'more entries than an archive may have',
    entries: Array.from({ length: 11 }, (_, index) => ({ name: `f${String(index)}`, content: '' })),
    limits: { maxEntries: 10 },
    expect: unsafe('f10'),
  }),
  ...inBoth({
    name: 'more folders than an archive may have entries',
    entries: Array.from({ length: 11 }, (_, index) => ({ name: `d${String(index)}/`, isFolder: true })),
    limits: { maxEntries: 10 },
    expect: unsafe('d10/'),
  }),
  ...inBoth({
    name: 'one name more often than an archive may have entries',
    entries: Array.from({ length: 11 }, () => ({ name: 'same', content: X })),
    limits: { maxEntries: 10 },
    expect: unsafe('same'),
  }),
  ...inBoth({
    name: 'more entries than it may have, all of which strip drops',
    strip: 3,
    entries: Array.from({ length: 11 }, (_, index) => ({ name: `f${String(index)}`, content: '' })),
    limits: { maxEntries: 10 },
    expect: unsafe('f10'),
  }),
  {
    name: 'zeros that unpack to a thousand times its size',
    format: 'tar.gz',
    bytes: () => gzipSync(rawTar({ name: 'zeros', content: Buffer.alloc(80 * MIB) })),
    limits: { maxRatio: 100 },
    expect: unsafe('zeros'),
  },
  {
    name: 'zeros after its last entry',
    format: 'tar.gz',
    bytes: () => gzipSync(Buffer.concat([rawTar({ name: 'a', content: X }), Buffer.alloc(80 * MIB)])),
    limits: { maxRatio: 100 },
    expect: unsafe(/./),
  },
  {
    name: 'zeros that strip drops',
    format: 'tar.gz',
    bytes: () => gzipSync(rawTar({ name: 'zeros', content: Buffer.alloc(80 * MIB) })),
    strip: 1,
    limits: { maxRatio: 100 },
    expect: unsafe('zeros'),
  },
  {
    name: 'zeros that unpack to a thousand times its size',
    format: 'zip',
    bytes: () => rawZip([{ name: 'zeros', content: Buffer.alloc(80 * MIB) }]),
    limits: { maxRatio: 100 },
    expect: unsafe('zeros'),
  },
  {
    name: 'many files that unpack to a thousand times its size together',
    format: 'zip',
    bytes: () =>
      rawZip(Array.from({ length: 80 }, (_, index) => ({ name: `z${String(index)}`, content: Buffer.alloc(MIB) }))),
    limits: { maxRatio: 100 },
    expect: unsafe(/^z/),
  },
  {
    name: 'ten entries that share one content',
    format: 'zip',
    bytes: () => rawZip([{ name: 'a', content: X }, ...sharing(9)]),
    expect: unsafe(/^a/),
  },
  {
    name: 'an entry whose extra field is the next entry',
    format: 'zip',
    bytes: quotedOverlap,
    expect: unsafe('outer'),
  },
  {
    name: 'a zip in a zip',
    format: 'zip',
    bytes: () => rawZip([{ name: 'in.zip', content: INNER_ZIP }]),
    expect: extracted({ 'in.zip': INNER_ZIP.toString() }),
  },
  {
    name: 'a tar in a tar',
    format: 'tar',
    bytes: () => rawTar({ name: 'in.tar', content: INNER_TAR }),
    expect: extracted({ 'in.tar': INNER_TAR.toString() }),
  },
  {
    name: 'a zip in a tar',
    format: 'tar',
    bytes: () => rawTar({ name: 'in.zip', content: INNER_ZIP }),
    expect: extracted({ 'in.zip': INNER_ZIP.toString() }),
  },
  {
    name: 'a tar.gz in a zip',
    format: 'zip',
    bytes: () => rawZip([{ name: 'in.tar', content: INNER_TAR, method: 0 }]),
    expect: extracted({ 'in.tar': INNER_TAR.toString() }),
  },
];

/** Directory records that all lead to the local header of the first entry. */
function sharing(count: number): RawZipEntry[] {
  return Array.from({ length: count }, (_, index) => ({ name: `a${String(index)}`, content: X, offset: 0 }));
}

/** Fifield's second way: the header of `inner` lies in the extra field of `outer`, which shares its content. */
function quotedOverlap(): Buffer {
  const inner = rawZip([{ name: 'inner', content: X }]);
  const innerLocal = inner.subarray(0, inner.indexOf('PK\x01\x02', 0, 'latin1'));
  const content = innerLocal.length - 35;
  const outer: RawZipEntry = {
    name: 'outer',
    content: X,
    packed: innerLocal.subarray(35),
    inLocal: { extra: innerLocal.subarray(0, 35) },
  };
  return rawZip([outer, { name: 'inner', content: X, packed: Buffer.alloc(0), packedSize: content, offset: 35 }]);
}
