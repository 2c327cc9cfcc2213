import { damaged, extracted, refused, unsafe, type Expectation, type HostileArchive } from './hostile-archive.js';
import { base256, BLOCK, END_OF_TAR, padded, rawTar, tarEntry, type RawTarEntry } from './raw-tar.js';

const X = 'content';
const GOOD = { name: 'good', content: X };

/** Headers of a tar that lie about their own fields, and hard links. */
export const TAR_HEADERS: readonly HostileArchive[] = [
  tar('a wrong checksum in its second header', [GOOD, { name: 'b', content: X, checksum: '000001\0 ' }], damaged()),
  tar('no checksum in its second header', [GOOD, { name: 'b', checksum: '        ' }], damaged()),
  tar('a checksum that is no number', [GOOD, { name: 'b', checksum: 'zzzzzz\0 ' }], damaged()),
  raw('a wrong checksum in its only header', () => rawTar({ name: 'b', content: X, checksum: '000001\0 ' }), damaged()),
  tar('a negative size', [GOOD, { name: 'b', size: base256(-1n, 12) }], damaged(/b/)),
  tar('a size of 2 to the power of 60', [GOOD, { name: 'b', size: base256(1n << 60n, 12) }], refused('b')),
  tar('a size of 2 to the power of 88', [GOOD, { name: 'b', size: base256(1n << 88n, 12) }], refused('b')),
  tar('a size of 8 GiB in octal', [GOOD, { name: 'b', content: X, size: '77777777777\0' }], damaged('b')),
  tar('a size that is no number', [GOOD, { name: 'b', content: X, size: 'zzzzzzzzzzz\0' }], damaged()),
  tar('a size beyond its end', [GOOD, { name: 'b', content: X, size: 5000 }], damaged('b')),
  tar('a size below that of the content', [{ name: 'b', content: 'c'.repeat(2 * BLOCK), size: 3 }], damaged()),
  tar('a size of nothing before its content', [{ name: 'b', content: 'c'.repeat(BLOCK), size: 0 }], damaged()),
  tar('a small size, correct in base 256', [{ name: 'b', content: X, size: base256(7n, 12) }], extracted({ b: X })),
  tar('a time before 1970', [{ name: 'b', content: X, modified: base256(-5n, 12) }], extracted({ b: X })),
  tar(
    'a time beyond all calendars',
    [{ name: 'b', content: X, modified: base256(1n << 70n, 12) }],
    extracted({ b: X }),
  ),
  tar(
    'a folder with the size of a file',
    [{ name: 'd/', type: '5', size: 1 << 20 }, GOOD],
    extracted({ d: '/', good: X }),
  ),
  tar('a prefix that climbs', [{ name: 'escaped', prefix: '../..', content: X }], unsafe('../../escaped')),
  tar('a prefix that is absolute', [{ name: 'escaped', prefix: '/etc', content: X }], unsafe('/etc/escaped')),
  tar('a name that fills its field', [{ name: 'n'.repeat(100), content: X }], extracted({ ['n'.repeat(100)]: X })),
  raw('no blocks of zeros at its end', () => tarEntry(GOOD), damaged()),
  raw(
    'one block of zeros at its end',
    () => padded(Buffer.concat([tarEntry(GOOD), Buffer.alloc(BLOCK)])),
    extracted({ good: X }),
  ),
  raw(
    'something after its end',
    () => Buffer.concat([rawTar(GOOD), Buffer.from('PK or whatever')]),
    extracted({ good: X }),
  ),
  raw(
    'another tar after its end',
    () => Buffer.concat([rawTar(GOOD), rawTar({ name: '../escaped', content: X })]),
    extracted({ good: X }),
  ),
  raw('nothing but its end', () => END_OF_TAR, extracted({})),
  raw('half a header', () => tarEntry(GOOD).subarray(0, 300), damaged()),
  tar('a text in the place of a header', [GOOD, Buffer.from('x'.repeat(BLOCK))], damaged()),
  hardLink(
    'a hard link to an absolute path',
    (victim) => [{ name: 'h', type: '1', link: `${victim}/secret.txt` }],
    unsafe('h'),
  ),
  hardLink('a hard link that climbs out', () => [{ name: 'h', type: '1', link: '../victim/secret.txt' }], unsafe('h')),
  hardLink(
    'a hard link that climbs out with backslashes',
    () => [{ name: 'h', type: '1', link: '..\\victim\\secret.txt' }],
    unsafe('h'),
  ),
  hardLink(
    'a hard link out, and a file of the same name',
    () => [
      { name: 'h', type: '1', link: '../victim/secret.txt' },
      { name: 'h', content: X },
    ],
    unsafe('h'),
  ),
  hardLink('a hard link to nothing', () => [{ name: 'h', type: '1', link: '' }], refused('h')),
  hardLink('a hard link to what is not there', () => [{ name: 'h', type: '1', link: 'missing' }], damaged('h')),
  hardLink(
    'a hard link to what comes later',
    () => [
      { name: 'h', type: '1', link: 'a' },
      { name: 'a', content: X },
    ],
    damaged('h'),
  ),
  hardLink(
    'a hard link to a folder',
    () => [
      { name: 'd/', type: '5' },
      { name: 'h', type: '1', link: 'd' },
    ],
    damaged('h'),
  ),
  hardLink(
    'a hard link through a link that leads out',
    () => [
      { name: 'd', type: '2', link: '../victim' },
      { name: 'h', type: '1', link: 'd/secret.txt' },
    ],
    refused(/^[dh]$/),
  ),
  hardLink(
    'a hard link through a link that stays inside',
    () => [
      { name: 'd/f', content: X },
      { name: 'l', type: '2', link: 'd' },
      { name: 'h', type: '1', link: 'l/f' },
    ],
    damaged('h'),
  ),
  hardLink(
    'a hard link to a link that leads out',
    (victim) => [
      { name: 'l', type: '2', link: victim },
      { name: 'h', type: '1', link: 'l' },
    ],
    unsafe(/^[lh]$/),
  ),
  hardLink('a hard link to itself', () => [{ name: 'h', type: '1', link: 'h' }], damaged('h')),
  hardLink(
    'a hard link, and a file that replaces it',
    () => [
      { name: 'a', content: X },
      { name: 'h', type: '1', link: 'a' },
      { name: 'h', content: 'new' },
    ],
    extracted({ a: X, h: 'new' }),
  ),
  hardLink(
    'a hard link below a link',
    () => [
      { name: 'a', content: X },
      { name: 'l', type: '2', link: 'd' },
      { name: 'l/h', type: '1', link: 'a' },
    ],
    unsafe('l/h'),
  ),
  {
    ...hardLink(
      'a hard link to what strip drops',
      () => [
        { name: 'a', content: X },
        { name: 'p/h', type: '1', link: 'a' },
      ],
      unsafe('h'),
    ),
    strip: 1,
  },
  {
    ...hardLink(
      'a hard link that leads out before strip',
      () => [{ name: 'p/h', type: '1', link: '../victim/secret.txt' }],
      unsafe(/h$/),
    ),
    strip: 1,
  },
];

function tar(name: string, entries: readonly (RawTarEntry | Buffer)[], expect: Expectation): HostileArchive {
  return raw(name, () => rawTar(...entries), expect);
}

function raw(name: string, bytes: HostileArchive['bytes'], expect: Expectation): HostileArchive {
  return { name, format: 'tar', bytes, expect };
}

function hardLink(
  name: string,
  entries: (victim: string) => readonly RawTarEntry[],
  expect: Expectation,
): HostileArchive {
  return raw(name, (victim) => rawTar(...entries(victim)), expect);
}
