import { describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { fileStateOf } from '../support/file-state.js';
import { isLongAgo, readStamp, redatedFiles, removeStamp } from './sync-stamp.js';
import { restamp, writeStamp, type StampContent } from './write-stamp.js';

const IDENTITY = { build: 'one', cacheRoot: null };
const MINUTE = 60_000;

/** A project whose sync has just ended; it began well after its files were written. */
function syncedProject(folder: TemporaryFolder, changes: Partial<StampContent> = {}): number {
  folder.makeFolder('.fettle');
  folder.write('fettle.lua', 'packages = {}');
  folder.write('recipes/a.lua', 'a');
  folder.makeFolder('cache/asset');
  const now = Date.now() + MINUTE;
  writeStamp(folder.directory, {
    identity: IDENTITY,
    env: { CC: 'cc', UNSET: null },
    startedAt: now - 1000,
    writtenAt: now,
    sources: ['fettle.lua', 'recipes/a.lua'].map((name) => join(folder.directory, name)),
    absent: [join(folder.directory, 'recipes/a@v1.lua')],
    results: [join(folder.directory, 'cache/asset')],
    packages: [{ id: 'a' }],
    ...changes,
  });
  return now;
}

function isStillFresh(
  folder: TemporaryFolder,
  now: number,
  changes: { identity?: typeof IDENTITY; env?: Record<string, string> } = {},
): boolean {
  return redated(folder, now, changes) !== undefined;
}

/** The names of the files that had to be read. */
function redated(
  folder: TemporaryFolder,
  now: number,
  { identity = IDENTITY, env = { CC: 'cc' } }: { identity?: typeof IDENTITY; env?: Record<string, string> } = {},
): readonly string[] | undefined {
  const stamp = readStamp(folder.directory);
  return stamp && redatedFiles(stamp, now, identity, env)?.map(({ path }) => relative(folder.directory, path));
}

describe('a stamp', () => {
  test('holds while nothing changes, and gives back what it was given', () => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    expect(isStillFresh(folder, now + MINUTE)).toBe(true);
    expect(readStamp(folder.directory)?.packages).toEqual([{ id: 'a' }]);
  });

  test.each<[string, (directory: string) => void]>([
    [
      'a source has other content',
      (at) => {
        writeFileSync(join(at, 'fettle.lua'), 'packages = { "a" }');
      },
    ],
    [
      'a source is gone',
      (at) => {
        rmSync(join(at, 'recipes/a.lua'));
      },
    ],
    [
      'a file appears where none was',
      (at) => {
        writeFileSync(join(at, 'recipes/a@v1.lua'), '');
      },
    ],
    [
      'a result is gone',
      (at) => {
        rmSync(join(at, 'cache/asset'), { recursive: true });
      },
    ],
    [
      'a folder in the way is now a file',
      (at) => {
        rmSync(join(at, 'cache'), { recursive: true });
        writeFileSync(join(at, 'cache'), '');
      },
    ],
    [
      'a result was made anew',
      (at) => {
        rmSync(join(at, 'cache/asset'), { recursive: true });
        mkdirSync(join(at, 'cache/asset'));
      },
    ],
  ])('falls when %s', (_change, make) => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    make(folder.directory);
    expect(isStillFresh(folder, now)).toBe(false);
  });

  test('falls when a source is rewritten with the same size and the old date put back', () => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    const file = join(folder.directory, 'recipes/a.lua');
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'b');
    utimesSync(file, atime, mtime);
    expect(isStillFresh(folder, now)).toBe(false);
  });

  test('falls when a source is replaced by another file', () => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    renameSync(folder.write('other.lua', 'b'), join(folder.directory, 'recipes/a.lua'));
    expect(isStillFresh(folder, now)).toBe(false);
  });

  test.each([
    ['another fettle', { identity: { build: 'two', cacheRoot: null } }],
    ['another value of a variable', { env: { CC: 'clang' } }],
    ['a variable that is gone', { env: {} }],
    ['a variable that was not set then', { env: { CC: 'cc', UNSET: '' } }],
  ])('falls with %s', (_change, changes) => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    expect(isStillFresh(folder, now, changes)).toBe(false);
  });

  test('falls after a day, and when the clock went back', () => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    expect(isStillFresh(folder, now + 23 * 60 * MINUTE)).toBe(true);
    expect(isStillFresh(folder, now + 24 * 60 * MINUTE)).toBe(false);
    expect(isStillFresh(folder, now - 1)).toBe(false);
  });

  test('is of long ago after an hour', () => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    const stamp = readStamp(folder.directory);
    expect(stamp && isLongAgo(stamp, now + 59 * MINUTE)).toBe(false);
    expect(stamp && isLongAgo(stamp, now + 60 * MINUTE)).toBe(true);
  });

  test('is not written for a source that changed after the sync began, and an old one goes', () => {
    using folder = new TemporaryFolder();
    syncedProject(folder);
    syncedProject(folder, { startedAt: Date.now() - MINUTE });
    expect(readStamp(folder.directory)).toBeUndefined();
  });

  test('does not take a text that came later for one of a file whose text is not known', () => {
    using folder = new TemporaryFolder();
    const file = join(folder.directory, 'recipes/a.lua');
    syncedProject(folder);
    const known = new Map([[file, { state: fileStateOf(file)?.text ?? '' }]]);
    // syncedProject writes the file again: for the stamp, an edit of the same size while the sync ran.
    const now = syncedProject(folder, { known });
    expect(readStamp(folder.directory)?.contents).not.toHaveProperty([file]);
    expect(isStillFresh(folder, now + MINUTE)).toBe(false);
  });

  test('takes what is known of files from before they were used, so that a change since then shows', () => {
    using folder = new TemporaryFolder();
    const file = folder.write('recipes/a.lua', 'a');
    const known = new Map([[file, { state: fileStateOf(file)?.text ?? '', text: 'a' }]]);
    const now = syncedProject(folder, { known });
    // syncedProject has written it again: a newer change than what is known, but the same text.
    expect(readStamp(folder.directory)?.states[file]).toBe(known.get(file)?.state);
    expect(redated(folder, now)).toEqual(['recipes/a.lua']);
    writeFileSync(file, 'b');
    expect(isStillFresh(folder, now)).toBe(false);
  });

  test('is not written when something is missing, or there after all', () => {
    using folder = new TemporaryFolder();
    syncedProject(folder, { results: [join(folder.directory, 'nowhere')] });
    expect(readStamp(folder.directory)).toBeUndefined();
    syncedProject(folder, { absent: [join(folder.directory, 'fettle.lua')] });
    expect(readStamp(folder.directory)).toBeUndefined();
  });

  test.each(['', '{', 'null', '[]', '{"version":3}', '{"version":2}'])(
    'that is damaged (%p) counts as none',
    (text) => {
      using folder = new TemporaryFolder();
      syncedProject(folder);
      folder.write('.fettle/stamp.json', text);
      expect(readStamp(folder.directory)).toBeUndefined();
    },
  );

  test('holds for sources with other dates and the same content, which it names', () => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    expect(redated(folder, now)).toEqual([]);
    utimesSync(join(folder.directory, 'fettle.lua'), 1, 1);
    renameSync(folder.write('other.lua', 'a'), join(folder.directory, 'recipes/a.lua'));
    expect(redated(folder, now)).toEqual(['fettle.lua', 'recipes/a.lua']);
  });

  test.each<[string, (file: string) => void]>([
    [
      'is executable now',
      (file) => {
        chmodSync(file, 0o755);
      },
    ],
    [
      'is now a link to the same content elsewhere',
      (file) => {
        renameSync(file, `${file}.moved`);
        symlinkSync(`${file}.moved`, file);
      },
    ],
    [
      'is a folder now',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ])('falls when a source %s', (_change, make) => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    make(join(folder.directory, 'recipes/a.lua'));
    expect(isStillFresh(folder, now)).toBe(false);
  });

  test('falls when a source that is no text has another date', () => {
    using folder = new TemporaryFolder();
    const file = folder.write('data', '');
    writeFileSync(file, Buffer.from([0x66, 0xff]));
    const now = syncedProject(folder, { sources: [file] });
    writeFileSync(file, Buffer.from([0x66, 0xfe]));
    expect(isStillFresh(folder, now)).toBe(false);
  });

  test('falls when a result has another date, whatever is in it', () => {
    using folder = new TemporaryFolder();
    const result = folder.write('result', 'r');
    const now = syncedProject(folder, { results: [result] });
    expect(isStillFresh(folder, now)).toBe(true);
    utimesSync(result, 1, 1);
    expect(isStillFresh(folder, now)).toBe(false);
  });

  test('takes the new dates, and tells which they are, its own among them', () => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    const [manifest, file] = ['fettle.lua', '.fettle/stamp.json'].map((name) => join(folder.directory, name));
    const stateOf = (path = ''): string => fileStateOf(path)?.text ?? '';
    const before = [stateOf(manifest), stateOf(file)];
    utimesSync(manifest ?? '', 1, 1);
    const stamp = readStamp(folder.directory);
    if (!stamp) throw new Error('no stamp');
    const found = redatedFiles(stamp, now, IDENTITY, { CC: 'cc' }) ?? [];
    const changes = restamp(folder.directory, stamp, { redated: found, since: now });
    expect(changes).toEqual([manifest, file].map((path, index) => ({ before: before[index], after: stateOf(path) })));
    expect(redated(folder, now)).toEqual([]);
    expect(readStamp(folder.directory)?.writtenAt).toBe(now);
  });

  test('takes no date of a file that may yet change unseen', () => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    utimesSync(join(folder.directory, 'fettle.lua'), 1, 1);
    const stamp = readStamp(folder.directory);
    if (!stamp) throw new Error('no stamp');
    const found = redatedFiles(stamp, now, IDENTITY, { CC: 'cc' }) ?? [];
    const since = found[0]?.now.changedAt ?? 0;
    expect(restamp(folder.directory, stamp, { redated: found, since })).toEqual([]);
    expect(redated(folder, now)).toEqual(['fettle.lua']);
  });

  test('leaves it to others what an edited manifest says, but not one with other rights', () => {
    using folder = new TemporaryFolder();
    const manifest = join(folder.directory, 'fettle.lua');
    const identity = { ...IDENTITY, manifest };
    const now = syncedProject(folder, { identity });
    writeFileSync(manifest, 'packages = {} -- edited');
    const stamp = readStamp(folder.directory);
    if (!stamp) throw new Error('no stamp');
    const [found, ...others] = redatedFiles(stamp, now, identity, { CC: 'cc' }) ?? [];
    expect(others).toEqual([]);
    expect(found).toMatchObject({ path: manifest, edited: stamp.contents[manifest]?.concat(' -- edited') });
    chmodSync(manifest, 0o755);
    expect(redatedFiles(stamp, now, identity, { CC: 'cc' })).toBeUndefined();
  });

  test('takes the content of an edited manifest, and what was written because of it', () => {
    using folder = new TemporaryFolder();
    const [manifest, asset] = ['fettle.lua', 'cache/asset'].map((name) => join(folder.directory, name)) as [
      string,
      string,
    ];
    const identity = { ...IDENTITY, manifest };
    const now = syncedProject(folder, { identity });
    writeFileSync(manifest, 'packages = {} -- edited');
    folder.write('cache/asset/more', '');
    const stamp = readStamp(folder.directory);
    const manifestState = fileStateOf(manifest);
    if (!stamp || !manifestState) throw new Error('no stamp');
    const edited = `${folder.directory}\npackages = {} -- edited`;
    const redated = [{ path: manifest, before: stamp.states[manifest] ?? '', now: manifestState, edited }];
    const changes = restamp(folder.directory, stamp, { redated, since: now, rewritten: [asset] });
    expect(changes).toHaveLength(3);
    expect(changes[1]).toEqual({ before: stamp.states[asset], after: fileStateOf(asset)?.text });
    const restamped = readStamp(folder.directory);
    expect(restamped?.contents[manifest]).toBe(edited);
    expect(restamped && redatedFiles(restamped, now, identity, { CC: 'cc' })).toEqual([]);
  });

  test('that somebody has removed meanwhile is not written again', () => {
    using folder = new TemporaryFolder();
    const now = syncedProject(folder);
    const stamp = readStamp(folder.directory);
    if (!stamp) throw new Error('no stamp');
    removeStamp(folder.directory);
    expect(restamp(folder.directory, stamp, { redated: [], since: now })).toEqual([]);
    expect(readStamp(folder.directory)).toBeUndefined();
  });

  test('can be removed, also when there is none', () => {
    using folder = new TemporaryFolder();
    syncedProject(folder);
    removeStamp(folder.directory);
    removeStamp(folder.directory);
    expect(() => readFileSync(join(folder.directory, '.fettle/stamp.json'))).toThrow();
  });
});
