import { damaged, extracted, refused, unsafe, type Expectation, type HostileArchive } from './hostile-archive.js';
import { BLOCK, gnuLong, pax, paxRecord, rawTar, tarEntry, type RawTarEntry } from './raw-tar.js';

const X = 'content';
const FILE = { name: 'file', content: X };
const LINK = { name: 'l', type: '2', link: 'file' };

/** Pax records and GNU's extensions, which say something else than the header that they go before. */
export const TAR_EXTENSIONS: readonly HostileArchive[] = [
  tar('a pax path that climbs', [pax({ path: '../escaped' }), FILE], unsafe('../escaped')),
  {
    ...tar('a pax path that is absolute', [], unsafe(/\/escaped$/)),
    bytes: (victim) => rawTar(pax({ path: `${victim}/escaped` }), FILE),
  },
  tar(
    'a pax path that climbs, for a folder',
    [pax({ path: '../escaped/' }), { name: 'd/', type: '5' }],
    unsafe('../escaped/'),
  ),
  tar('an empty pax path', [pax({ path: '' }), FILE], extracted({ file: X })),
  tar('a pax path with NUL', [pax({ path: 'good\0/../../escaped' }), FILE], unsafe(/^good/)),
  tar('a pax path with a line break', [pax({ path: 'a\nb' }), FILE], unsafe('a\\u000ab')),
  tar('a pax target that climbs', [FILE, pax({ linkpath: '../victim' }), LINK], unsafe('l')),
  tar(
    'a pax target of a hard link that climbs',
    [FILE, pax({ linkpath: '../victim/secret.txt' }), { ...LINK, type: '1' }],
    unsafe('l'),
  ),
  tar(
    'a pax size below that of the content',
    [pax({ size: '1' }), { name: 'a', content: 'c'.repeat(2 * BLOCK) }],
    damaged(),
  ),
  tar('a pax size beyond the end', [pax({ size: '100000' }), FILE], damaged('file')),
  tar('a pax size of 20 digits', [pax({ size: '9'.repeat(20) }), FILE], refused('file')),
  tar('a negative pax size', [pax({ size: '-1' }), FILE], damaged()),
  tar('a pax size that is no number', [pax({ size: 'many' }), FILE], damaged()),
  tar('a pax path of 100,000 characters', [pax({ path: 'p'.repeat(100_000) }), FILE], unsafe(/^p+…p+$/)),
  tar(
    'a pax header of 64 MiB',
    [tarEntry({ name: 'pax', type: 'x', content: Buffer.alloc(64 << 20, 0x61) }), FILE],
    refused(),
  ),
  tar('a pax header that states 8 GiB', [tarEntry({ name: 'pax', type: 'x', size: '77777777777\0' }), FILE], refused()),
  tar('a pax record longer than its header', [paxOf('999 path=x\n'), FILE], damaged()),
  tar('a pax record of length 0', [paxOf('0 path=../escaped\n'), FILE], damaged()),
  tar('a pax record of negative length', [paxOf('-5 path=../escaped\n'), FILE], damaged()),
  tar('a pax record without a length', [paxOf('path=../escaped\n'), FILE], damaged()),
  tar('a pax record without a line end', [paxOf('17 path=../escaped'), FILE], damaged()),
  tar('a pax record without an equals sign', [paxOf('10 nothing\n'), FILE], damaged()),
  tar('a global pax path', [pax({ path: '../escaped' }, 'g'), FILE], extracted({ file: X })),
  tar('a global pax target', [FILE, pax({ linkpath: '../victim' }, 'g'), LINK], extracted({ file: X, l: '-> file' })),
  tar(
    'a global pax size',
    [pax({ size: '0' }, 'g'), { name: 'a', content: 'c'.repeat(BLOCK) }],
    extracted({ a: 'c'.repeat(BLOCK) }),
  ),
  tar('two pax headers for one entry', [pax({ path: 'first' }), pax({ path: '../escaped' }), FILE], refused()),
  tar('a pax header and nothing after it', [FILE, pax({ path: '../escaped' })], damaged()),
  tar('pax records that nobody knows', [pax({ 'ACME.flags': '../..', comment: '/etc' }), FILE], extracted({ file: X })),
  tar(
    'one pax key twice, the last one climbs',
    [paxOf(Buffer.concat([paxRecord('path', 'a'), paxRecord('path', '../escaped')])), FILE],
    unsafe('../escaped'),
  ),
  tar('a pax time that is no number', [pax({ mtime: 'never' }), FILE], extracted({ file: X })),
  tar('a pax time beyond all calendars', [pax({ mtime: '9'.repeat(30) }), FILE], extracted({ file: X })),
  tar('a long GNU name that climbs', [gnuLong('L', '../escaped'), FILE], unsafe('../escaped')),
  tar('a long GNU name with NUL', [gnuLong('L', 'good\0/../../escaped'), FILE], extracted({ good: X })),
  tar('a long GNU name of 5,000 characters', [gnuLong('L', 'n'.repeat(5000)), FILE], unsafe(/^n+…n+$/)),
  tar(
    'a long GNU name that states 8 GiB',
    [tarEntry({ name: 'L', type: 'L', size: '77777777777\0' }), FILE],
    refused(),
  ),
  tar('a long GNU target that climbs', [FILE, gnuLong('K', '../victim'), LINK], unsafe('l')),
  tar(
    'a long GNU target of a hard link that climbs',
    [FILE, gnuLong('K', '../victim/secret.txt'), { ...LINK, type: '1' }],
    unsafe('l'),
  ),
  tar('a long GNU name and nothing after it', [FILE, gnuLong('L', '../escaped')], damaged()),
  tar(
    'a long GNU name and a pax path that climbs',
    [gnuLong('L', 'good'), pax({ path: '../escaped' }), FILE],
    unsafe('../escaped'),
  ),
  tar('a sparse file with data beyond its size', [sparse([[1 << 20, 7]], 100)], damaged('sparse')),
  tar(
    'a sparse file with data that overlap',
    [
      sparse(
        [
          [0, 512],
          [100, 512],
        ],
        2048,
      ),
    ],
    damaged('sparse'),
  ),
  tar(
    'a sparse file with data in the wrong order',
    [
      sparse(
        [
          [1024, 512],
          [0, 512],
        ],
        2048,
      ),
    ],
    damaged('sparse'),
  ),
  tar('a sparse file with more data than it has', [sparse([[0, 5000]], 5000)], damaged('sparse')),
  { ...tar('a sparse file of 1 TiB', [sparse([[0, 7]], 2 ** 40)], unsafe('sparse')), limits: { maxBytes: 1 << 30 } },
  tar(
    'a sparse pax name that climbs',
    [
      pax({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.name': '../escaped',
        'GNU.sparse.realsize': '7',
      }),
      { name: 'x', content: `1\n0\n7\n${'\0'.repeat(506)}${X}` },
    ],
    unsafe('../escaped'),
  ),
  tar(
    'a sparse pax map that is no map',
    [
      pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 's', 'GNU.sparse.realsize': '7' }),
      { name: 'x', content: 'many\nholes\n'.padEnd(BLOCK, '\0') },
    ],
    damaged(),
  ),
  tar(
    'a sparse pax map that counts 10 to the power of 9',
    [
      pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 's', 'GNU.sparse.realsize': '7' }),
      { name: 'x', content: '1000000000\n0\n7\n'.padEnd(BLOCK, '\0') },
    ],
    damaged(),
  ),
  tar(
    'an old sparse pax map with an odd number',
    [pax({ 'GNU.sparse.size': '7', 'GNU.sparse.numblocks': '1', 'GNU.sparse.map': '0,7,9' }), FILE],
    damaged(),
  ),
  tar(
    'an old sparse pax map with data beyond its size',
    [pax({ 'GNU.sparse.size': '7', 'GNU.sparse.numblocks': '1', 'GNU.sparse.map': '100,7' }), FILE],
    damaged(),
  ),
];

function tar(name: string, entries: readonly (RawTarEntry | Buffer)[], expect: Expectation): HostileArchive {
  return { name, format: 'tar', bytes: () => rawTar(...entries), expect };
}

function paxOf(content: string | Uint8Array): Buffer {
  return tarEntry({ name: 'PaxHeader/entry', type: 'x', content });
}

/** GNU's old form: four pieces in the header at 386, the true size at 483. */
function sparse(pieces: readonly (readonly [offset: number, size: number])[], realSize: number): RawTarEntry {
  const map = Buffer.alloc(96);
  pieces.forEach(([offset, size], index) => {
    octal(offset).copy(map, index * 24);
    octal(size).copy(map, index * 24 + 12);
  });
  const content = 's'.repeat(7);
  return {
    name: 'sparse',
    type: 'S',
    magic: 'ustar  \0',
    content,
    patches: [
      [386, map],
      [483, octal(realSize)],
    ],
  };
}

function octal(value: number): Buffer {
  return Buffer.from(value.toString(8).padStart(11, '0') + '\0', 'latin1');
}
