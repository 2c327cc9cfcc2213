import { damaged, extracted, unsafe, type HostileArchive } from './hostile-archive.js';
import { inBoth } from './in-both.js';

const X = 'content';

/** Entries whose names lead elsewhere, or nowhere. */
export const NAMES: readonly HostileArchive[] = [
  ...refused('a name that climbs', '../escaped'),
  ...refused('a name that climbs from a folder', 'a/../../escaped'),
  ...refused('a name that climbs and comes back', 'a/../b'),
  ...refused('a name that climbs after a dot', './../escaped'),
  ...refused('a name that climbs with many slashes', './/..//escaped'),
  ...refused('a name that is the folder above', '..'),
  ...refused('a name that ends above', 'a/../..'),
  ...refused('a name that climbs with a backslash', '..\\escaped'),
  ...refused('a name that climbs with backslashes in the middle', 'a\\..\\..\\escaped'),
  ...refused('a name that climbs with both slashes', 'a/..\\../escaped'),
  ...refused('a name on a share', '//server/share/escaped'),
  ...refused('a name on a share, with backslashes', '\\\\server\\share\\escaped'),
  ...refused('a name below the root of the drive', '\\escaped'),
  ...refused('a name on a drive', 'C:/escaped'),
  ...refused('a name on a drive, with a backslash', 'c:\\escaped'),
  ...refused('a name on no drive of this system', 'Z:\\..\\escaped'),
  ...inBoth({
    name: 'an absolute name',
    entries: (victim) => [{ name: `${victim}/escaped`, content: X }],
    expect: unsafe(/\/victim\/escaped$/),
  }),
  ...inBoth({
    name: 'an absolute name to replace a file',
    entries: (victim) => [{ name: `${victim}/secret.txt`, content: X }],
    expect: unsafe(/\/secret.txt$/),
  }),
  ...inBoth({
    name: 'an absolute name that strip makes relative',
    strip: 1,
    entries: [{ name: '/a/b', content: X }],
    expect: unsafe('/a/b'),
  }),
  ...inBoth({
    name: 'a name that climbs only in what strip drops',
    strip: 2,
    entries: [{ name: 'a/../b/c', content: X }],
    expect: unsafe('a/../b/c'),
  }),
  ...inBoth({
    name: 'a name that climbs once strip has dropped a folder',
    strip: 1,
    entries: [{ name: 'a/../../c', content: X }],
    expect: unsafe('a/../../c'),
  }),
  ...inBoth({
    name: 'a harmless entry before a name that climbs',
    entries: [
      { name: 'good', content: X },
      { name: '../escaped', content: X },
    ],
    expect: unsafe('../escaped'),
  }),
  ...inBoth({
    name: 'a folder that climbs',
    entries: [{ name: '../escaped/', isFolder: true }],
    expect: unsafe('../escaped/'),
  }),
  ...refused('a line break in a name', 'a\nb', 'a\\u000ab'),
  ...refused('an escape sequence of the terminal in a name', 'a\u001b[2Jb', 'a\\u001b[2Jb'),
  ...refused('a C1 control character in a name', 'a\u009b2Jb', 'a\\u009b2Jb'),
  ...refused('a delete character in a name', 'a\u007fb', 'a\\u007fb'),
  ...refused('a NUL byte in a name', 'good\0/../escaped', 'good\\u0000/../escaped'),
  ...inBoth({
    name: 'a name of 5,000 characters',
    entries: [{ name: 'n'.repeat(5000), content: X }],
    expect: unsafe(/^n{99,}…n{99,}$/),
  }),
  ...inBoth({
    name: '2,500 folders in one name',
    entries: [{ name: `${'d/'.repeat(2500)}f`, content: X }],
    expect: unsafe(/^(d\/)+/),
  }),
  ...inBoth({ name: 'a name of 256 bytes', entries: [{ name: 'é'.repeat(128), content: X }], expect: damaged(/^é+/) }),
  ...inBoth({
    name: 'a name of 255 bytes',
    entries: [{ name: 'n'.repeat(255), content: X }],
    expect: extracted({ ['n'.repeat(255)]: X }),
  }),
  ...inBoth({ name: 'a file without a name', entries: [{ name: '', content: X }], expect: damaged('') }),
  ...inBoth({ name: 'a file that is called dot', entries: [{ name: '.', content: X }], expect: damaged('.') }),
  ...inBoth({
    name: 'a file that is called dot, with a slash before it',
    entries: [{ name: './/.', content: X }],
    expect: damaged('.//.'),
  }),
  ...inBoth({
    name: 'the destination itself as a folder',
    entries: [
      { name: './', isFolder: true },
      { name: './a', content: X },
    ],
    expect: extracted({ a: X }),
  }),
  ...allowed('escaped dots', '%2e%2e/escaped'),
  ...allowed('three dots', '.../escaped'),
  ...allowed('four dots and two slashes', '....//escaped', '..../escaped'),
  ...allowed('dots of full width', '．．/escaped'),
  ...allowed('a two-dot leader', '‥/escaped'),
  ...allowed('names that a shell would read', '$(touch escaped);`id`'),
  ...allowed('a name that looks like an option', '--checkpoint-action=exec=sh'),
];

function refused(name: string, entry: string, shown = entry): readonly HostileArchive[] {
  return inBoth({ name, entries: [{ name: entry, content: X }], expect: unsafe(shown) });
}

function allowed(name: string, entry: string, place = entry): readonly HostileArchive[] {
  return inBoth({ name, entries: [{ name: entry, content: X }], expect: extracted({ [place]: X }) });
}
