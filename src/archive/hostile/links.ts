import { damaged, extracted, unsafe, type HostileArchive } from './hostile-archive.js';
import { inBoth, type CommonEntry } from './in-both.js';

const X = 'content';

/** Symbolic links that lead out, or that something is written through. */
export const LINKS: readonly HostileArchive[] = [
  ...inBoth({
    name: 'a link to an absolute path',
    entries: (victim) => [link('l', victim)],
    expect: unsafe('l'),
  }),
  ...inBoth({ name: 'a link that climbs out', entries: [link('l', '../victim')], expect: unsafe('l') }),
  ...inBoth({
    name: 'a link that climbs out from a folder',
    entries: [link('d/l', '../../victim')],
    expect: unsafe('d/l'),
  }),
  ...inBoth({ name: 'a link to the folder above', entries: [link('l', '..')], expect: unsafe('l') }),
  ...inBoth({ name: 'a link that climbs and comes back', entries: [link('l', '../out/a')], expect: unsafe('l') }),
  ...inBoth({ name: 'a link that climbs with backslashes', entries: [link('l', '..\\victim')], expect: unsafe('l') }),
  ...inBoth({ name: 'a link to a drive', entries: [link('l', 'C:\\Windows')], expect: unsafe('l') }),
  ...inBoth({ name: 'a link to a share', entries: [link('l', '\\\\server\\share')], expect: unsafe('l') }),
  ...inBoth({ name: 'a link to a line break', entries: [link('l', 'a\nb')], expect: unsafe('l') }),
  ...inBoth({ name: 'a link to a name with NUL', entries: [link('l', 'a\0/../../victim')], expect: unsafe('l') }),
  ...inBoth({ name: 'a link to nothing', entries: [link('l', '')], expect: damaged('l') }),
  ...inBoth({ name: 'a link to 5,000 characters', entries: [link('l', 't'.repeat(5000))], expect: damaged('l') }),
  ...inBoth({
    name: 'a link out and a file through it',
    entries: [link('l', '../victim'), file('l/escaped')],
    expect: unsafe(/^l/),
  }),
  ...inBoth({
    name: 'an absolute link and a file through it',
    entries: (victim) => [link('l', victim), file('l/escaped')],
    expect: unsafe(/^l/),
  }),
  ...inBoth({
    name: 'a link to a file outside and a file of the same name',
    entries: [link('l', '../victim/secret.txt'), file('l')],
    expect: extracted({ l: X }),
  }),
  ...inBoth({
    name: 'a link to a file outside, with a file of the same name before it',
    entries: [file('l'), link('l', '../victim/secret.txt')],
    expect: unsafe('l'),
  }),
  ...inBoth({
    name: 'a file through a link that stays inside',
    entries: [folder('d/'), link('l', 'd'), file('l/f')],
    expect: unsafe('l/f'),
  }),
  ...inBoth({
    name: 'a file deep below a link',
    entries: [folder('d/'), link('l', 'd'), file('l/a/b/c')],
    expect: unsafe(/^l\/a/),
  }),
  ...inBoth({
    name: 'a folder below a link',
    entries: [folder('d/'), link('l', 'd'), folder('l/e/')],
    expect: unsafe(/^l\/e/),
  }),
  ...inBoth({ name: 'a link below a link', entries: [link('l', 'd'), link('l/m', 'x')], expect: unsafe('l/m') }),
  ...inBoth({
    name: 'a file below a link to a file',
    entries: [file('f'), link('l', 'f'), file('l/x')],
    expect: unsafe('l/x'),
  }),
  ...inBoth({
    name: 'links that lead out one after the other',
    entries: [link('a', 'b'), link('b', 'c'), link('c', '../victim')],
    expect: unsafe(/^[abc]$/),
  }),
  ...inBoth({
    name: 'a link that climbs out through another link',
    entries: [link('a/b/up', '../..'), link('out', 'a/b/up/../victim')],
    expect: unsafe('out'),
  }),
  ...inBoth({
    name: 'a link to a link to an absolute path',
    entries: (victim) => [link('a', 'b/secret.txt'), link('b', victim)],
    expect: unsafe(/^[ab]$/),
  }),
  ...inBoth({
    name: 'a link that strip makes climb out',
    strip: 1,
    entries: [link('p/q/l', '../../victim')],
    expect: unsafe('q/l'),
  }),
  ...inBoth({
    name: 'a link that climbs no farther than the top',
    entries: [link('p/q/l', '../../f'), file('f')],
    expect: extracted({ 'p/q/l': '-> ../../f', f: X }),
  }),
  ...inBoth({
    name: 'a link and a folder of one name',
    entries: [link('l', 'd'), folder('l/'), file('l/f')],
    expect: unsafe(/^l/),
  }),
  ...inBoth({
    name: 'a folder that becomes a link',
    entries: [folder('d/'), file('d/f'), link('d', '../victim')],
    expect: unsafe(/^d/),
  }),
  ...inBoth({
    name: 'a link out that becomes a folder',
    entries: [link('d', '../victim'), folder('d/'), file('d/escaped')],
    expect: unsafe(/^d/),
  }),
  ...inBoth({
    name: 'two links that lead to each other',
    entries: [link('a', 'b'), link('b', 'a')],
    expect: extracted({ a: '-> b', b: '-> a' }),
  }),
  ...inBoth({ name: 'a link to itself', entries: [link('a', 'a')], expect: extracted({ a: '-> a' }) }),
  ...inBoth({ name: 'a link to its own folder', entries: [link('d/l', '.')], expect: extracted({ 'd/l': '-> .' }) }),
  ...inBoth({
    name: 'a circle of links that would climb out if it ever ended',
    entries: [link('a', 'b/../../victim'), link('b', 'b/..')],
    expect: extracted({ a: '-> b/../../victim', b: '-> b/..' }),
  }),
  ...inBoth({
    name: 'a link that passes through another one twice, and climbs out',
    entries: [folder('d/e/'), link('up', 'd/e'), link('l', 'up/../../up/../../../victim')],
    expect: unsafe('l'),
  }),
  ...inBoth({
    name: 'a link that passes through another one twice',
    entries: [folder('d/e/'), link('up', 'd/e'), link('l', 'up/../../up')],
    expect: extracted({ 'd/e': '/', up: '-> d/e', l: '-> up/../../up' }),
  }),
  ...inBoth({
    name: 'more links on the way out than a system follows',
    entries: [
      ...Array.from({ length: 50 }, (_, index) => link(`l${String(index)}`, `l${String(index + 1)}`)),
      link('l50', '../victim'),
    ],
    expect: unsafe(/^l/),
  }),
  ...inBoth({
    name: 'links that double the way at each step',
    entries: Array.from({ length: 60 }, (_, index) =>
      link(`l${String(index)}`, index === 0 ? 'd' : `l${String(index - 1)}/../l${String(index - 1)}`),
    ),
    expect: unsafe(/^l/),
  }),
  ...inBoth({
    name: 'a link out that comes twice, harmless at last',
    entries: [link('l', '../victim'), link('l', 'f'), file('f')],
    expect: extracted({ l: '-> f', f: X }),
  }),
  ...inBoth({
    name: 'a link to a path outside that does not exist',
    entries: [link('l', '../not-there/at-all')],
    expect: unsafe('l'),
  }),
];

function link(name: string, target: string): CommonEntry {
  return { name, target, mode: 0o777 };
}

function file(name: string): CommonEntry {
  return { name, content: X };
}

function folder(name: string): CommonEntry {
  return { name, isFolder: true };
}
