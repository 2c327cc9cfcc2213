import { damaged, extracted, unsafe, type HostileArchive } from './hostile-archive.js';
import { inBoth } from './in-both.js';
import { rawTar, type RawTarEntry } from './raw-tar.js';
import { rawZip } from './raw-zip.js';

const X = 'content';

/** Entries of kinds that nobody should make, entries that contradict each other, and permissions that do harm. */
export const KINDS: readonly HostileArchive[] = [
  tar('a character device', [{ name: 'dev', type: '3' }], unsafe('dev')),
  tar('a block device', [{ name: 'dev', type: '4' }], unsafe('dev')),
  tar('a pipe', [{ name: 'pipe', type: '6' }], unsafe('pipe')),
  tar('an unknown kind of entry', [{ name: 'odd', type: 'Z' }], damaged('odd')),
  tar('a kind of entry that is a control character', [{ name: 'odd', type: '\x01' }], damaged('odd')),
  tar('the second part of a file on many volumes', [{ name: 'part', type: 'M', content: X }], damaged('part')),
  tar(
    'a volume label',
    [
      { name: 'label', type: 'V' },
      { name: 'a', content: X },
    ],
    extracted({ a: X }),
  ),
  tar('a file of the kind that is stored in one piece', [{ name: 'a', type: '7', content: X }], extracted({ a: X })),
  tar('a file of the oldest kind', [{ name: 'a', type: '\0', content: X }], extracted({ a: X })),
  zip('a character device', 'dev', 0o020666, unsafe('dev')),
  zip('a block device', 'dev', 0o060666, unsafe('dev')),
  zip('a pipe', 'pipe', 0o010666, unsafe('pipe')),
  zip('a socket', 'socket', 0o140666, unsafe('socket')),
  zip('an unknown kind of entry', 'odd', 0o110666, unsafe('odd')),
  ...inBoth({
    name: 'set-user-id, set-group-id and sticky bits',
    entries: [
      { name: 'd/', isFolder: true, mode: 0o7777 },
      { name: 'd/su', content: X, mode: 0o4755 },
      { name: 'd/sg', content: X, mode: 0o2755 },
      { name: 'd/sticky', content: X, mode: 0o1644 },
    ],
    expect: extracted({ 'd/su': X, 'd/sg': X, 'd/sticky': X }),
  }),
  ...inBoth({
    name: 'a folder that nobody may enter',
    entries: [
      { name: 'd/', isFolder: true, mode: 0o001 },
      { name: 'd/f', content: X, mode: 0o001 },
    ],
    expect: extracted({ 'd/f': X }),
  }),
  ...inBoth({
    name: 'a file, and another below it',
    entries: [
      { name: 'a', content: X },
      { name: 'a/b', content: X },
    ],
    expect: damaged('a/b'),
  }),
  ...inBoth({
    name: 'a file where a folder is',
    entries: [
      { name: 'a/b', content: X },
      { name: 'a', content: X },
    ],
    expect: unsafe('a'),
    inZip: damaged('a/b'),
  }),
  ...inBoth({
    name: 'a folder where a file is',
    entries: [
      { name: 'a', content: X },
      { name: 'a/', isFolder: true },
    ],
    expect: unsafe(/^a/),
  }),
  ...inBoth({
    name: 'one name three times',
    entries: [
      { name: 'a', content: 'the first, and longest' },
      { name: './a', content: 'second' },
      { name: 'a', content: X },
    ],
    expect: extracted({ a: X }),
  }),
  ...inBoth({
    name: 'one folder twice',
    entries: [
      { name: 'd/', isFolder: true },
      { name: 'd/f', content: X },
      { name: 'd', isFolder: true },
    ],
    expect: extracted({ 'd/f': X }),
  }),
];

function tar(name: string, entries: readonly RawTarEntry[], expect: HostileArchive['expect']): HostileArchive {
  return { name, format: 'tar', bytes: () => rawTar(...entries), expect };
}

function zip(name: string, entry: string, mode: number, expect: HostileArchive['expect']): HostileArchive {
  return { name, format: 'zip', bytes: () => rawZip([{ name: entry, mode }]), expect };
}
