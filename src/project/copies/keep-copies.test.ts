import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ownName } from '../../cache/index.js';
import { TemporaryFolder } from '../../support/temporary-folder-rig.js';
import { recordOf } from '../record-rig.js';
import { keepCopies, removeUnusedCopies, watchedCopies, type CopyRequest } from './keep-copies.js';

const ID = 'local.tool@v1';
const NEVER = new AbortController().signal;

let folder: TemporaryFolder;
let project: string;
let copies: string;
beforeEach(() => {
  folder = new TemporaryFolder();
  project = folder.makeFolder('project');
  copies = join(project, '.fettle', 'packages');
});
afterEach(() => {
  makeRemovable(folder.directory);
  folder[Symbol.dispose]();
});

function makeRemovable(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  chmodSync(path, 0o700);
  for (const name of readdirSync(path)) makeRemovable(join(path, name));
}

/** A sealed asset: everything in it is read-only. */
function asset(files: Readonly<Record<string, string>> = { 'bin/tool': 'tool' }, name = 'asset'): string {
  for (const [path, text] of Object.entries(files)) {
    chmodSync(folder.write(`cache/${name}/${path}`, text), path.startsWith('bin/') ? 0o555 : 0o444);
  }
  return join(folder.directory, 'cache', name);
}

function sealFolders(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) sealFolders(join(path, name));
  chmodSync(path, 0o555);
}

function keep(assetPath: string, changes: Partial<CopyRequest> & { id?: string } = {}): ReturnType<typeof keepCopies> {
  const { id = ID, ...others } = changes;
  const packages = [{ id, identity: ID, assetPath }];
  return keepCopies(project, { packages, mode: 'hardlink', signal: NEVER, ...others });
}

const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

describe('a private copy', () => {
  test('by hard links shares its files with the cache, which stay as they are; its folders are its own', async () => {
    const from = asset({ 'bin/tool': 'tool', 'lib/deep/data': 'x' });
    sealFolders(from);
    const { paths, made } = await keep(from);
    const copy = String(paths.get(ID));
    expect(copy).toBe(join(copies, ID, 'asset'));
    expect(made).toEqual({ packages: 1, files: 2, kinds: ['hardlink'] });
    for (const file of ['bin/tool', 'lib/deep/data']) {
      expect(statSync(join(copy, file)).ino).toBe(statSync(join(from, file)).ino);
      expect(modeOf(join(copy, file)) & 0o222).toBe(0);
    }
    expect([modeOf(copy), modeOf(join(copy, 'lib/deep')), modeOf(join(from, 'lib'))]).toEqual([0o755, 0o755, 0o555]);
    writeFileSync(join(copy, 'lib', 'new'), 'of the project');
    expect(readdirSync(join(from, 'lib'))).toEqual(['deep']);
  });

  test('byte by byte is writable, keeps execute bits and times, and the cache sees nothing of what is written', async () => {
    const from = asset({ 'bin/tool': 'tool', large: 'x'.repeat(2_000_000) });
    utimesSync(join(from, 'bin/tool'), 1_000_000, 1_000_000);
    const copy = String((await keep(from, { mode: 'copy' })).paths.get(ID));
    expect([modeOf(join(copy, 'bin/tool')), modeOf(join(copy, 'large'))]).toEqual([0o755, 0o644]);
    expect(statSync(join(copy, 'bin/tool')).mtimeMs).toBe(1_000_000_000);
    writeFileSync(join(copy, 'large'), 'changed');
    expect(statSync(join(from, 'large')).size).toBe(2_000_000);
  });

  test.each(['hardlink', 'copy'] as const)('has every file of a large tree as it was (%s)', async (mode) => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `${index % 7 === 0 ? 'bin' : `lib/part${index % 3}`}/file${index}`,
        index % 100 === 50 ? `${index}`.repeat(1_000_000) : `${index}`,
      ]),
    );
    const from = asset(files);
    Object.keys(files).forEach((file, index) => {
      utimesSync(join(from, file), index + 1, index + 1);
    });
    const { paths, made } = await keep(from, { mode });
    expect(made).toEqual({ packages: 1, files: 300, kinds: [mode] });
    const copy = String(paths.get(ID));
    expect(readdirSync(copy, { recursive: true }).sort()).toEqual(readdirSync(from, { recursive: true }).sort());
    const ownerWrites = mode === 'copy' ? 0o200 : 0;
    for (const [file, text] of Object.entries(files)) {
      const [one, other] = [statSync(join(from, file)), statSync(join(copy, file))];
      expect([other.mode, other.mtimeMs]).toEqual([one.mode | ownerWrites, one.mtimeMs]);
      // Compared here, so that a failure does not print megabytes.
      expect(readFileSync(join(copy, file), 'utf8') === text).toBe(true);
    }
  });

  test('keeps links: those inside lead to the copy, also absolute ones; those outside lead where they did', async () => {
    const from = asset({ 'bin/tool': 'tool', 'cache/x': 'x' });
    const elsewhere = folder.write('cache/other', 'other');
    symlinkSync('bin/tool', join(from, 'relative'));
    symlinkSync(join(from, 'bin/tool'), join(from, 'bin/absolute'));
    symlinkSync(from, join(from, 'bin/root'));
    symlinkSync('../other', join(from, 'outside'));
    symlinkSync(elsewhere, join(from, 'far'));
    symlinkSync('nowhere', join(from, 'dangling'));
    const copy = String((await keep(from)).paths.get(ID));
    const targets = ['relative', 'bin/absolute', 'bin/root', 'outside', 'far', 'dangling'].map((link) =>
      readlinkSync(join(copy, link)),
    );
    expect(targets).toEqual(['bin/tool', 'tool', '..', elsewhere, elsewhere, 'nowhere']);
    expect(realpathSync(join(copy, 'bin/root'))).toBe(realpathSync(copy));
  });

  test('is not made again while the same asset is to be copied in the same way', async () => {
    const from = asset();
    await keep(from);
    const before = statSync(join(copies, ID)).ino;
    expect((await keep(from)).made).toEqual({ packages: 0, files: 0, kinds: [] });
    expect(statSync(join(copies, ID)).ino).toBe(before);
    expect((await keep(from, { mode: 'copy' })).made.packages).toBe(1);
    expect(readFileSync(join(copies, ID, 'asset/bin/tool'), 'utf8')).toBe('tool');
  });

  test('is made again for another asset, for one that was made anew, and when it is damaged', async () => {
    const from = asset();
    await keep(from);
    expect((await keep(asset({ 'bin/tool': 'new' }, 'other'))).made.packages).toBe(1);
    expect(readFileSync(join(copies, ID, 'asset/bin/tool'), 'utf8')).toBe('new');
    await keep(from);
    renameSync(from, `${from}-evicted`);
    asset({ 'bin/tool': 'again' });
    expect((await keep(from)).made.packages).toBe(1);
    expect(readFileSync(join(copies, ID, 'asset/bin/tool'), 'utf8')).toBe('again');
    writeFileSync(join(copies, ID, 'copy.json'), '{"version":');
    expect((await keep(from)).made.packages).toBe(1);
    rmSync(join(copies, ID, 'asset'), { recursive: true });
    expect((await keep(from)).made.packages).toBe(1);
  });

  test('of each variant of one identity has a name of its own', async () => {
    const from = asset();
    const { paths } = await keepCopies(project, {
      packages: [
        { id: ID, identity: ID, assetPath: from },
        { id: `${ID}{a=1}`, identity: ID, assetPath: from },
        { id: `${ID}{a=2}`, identity: ID, assetPath: from },
      ],
      mode: 'hardlink',
      signal: NEVER,
    });
    expect(new Set(paths.values()).size).toBe(3);
    expect(readdirSync(copies).sort()).toEqual([
      ID,
      expect.stringContaining(`${ID}-`),
      expect.stringContaining(`${ID}-`),
    ]);
  });
});

describe('reflinks', () => {
  test('are made where the file system has them, refused where it has not; auto takes the best there is', async () => {
    const from = asset();
    const isPossible = canReflink(from);
    const { made } = await keep(from, { mode: 'auto' });
    expect(made.kinds).toEqual([isPossible ? 'reflink' : 'hardlink']);
    const reflinked = keep(from, { mode: 'reflink' });
    if (isPossible) {
      expect((await reflinked).made.kinds).toEqual(['reflink']);
      expect(modeOf(join(copies, ID, 'asset/bin/tool'))).toBe(0o755);
    } else {
      await expect(reflinked).rejects.toMatchObject({
        code: 'E_LINK',
        facts: { link: 'reflink', path: join(from, 'bin/tool') },
        hint: expect.stringContaining('--link auto'),
      });
      // What was there before is there still.
      expect(statSync(join(copies, ID, 'asset/bin/tool')).ino).toBe(statSync(join(from, 'bin/tool')).ino);
    }
    expect(readdirSync(copies)).toEqual([ID]);
  });

  function canReflink(from: string): boolean {
    try {
      copyFileSync(join(from, 'bin/tool'), join(project, 'clone'), constants.COPYFILE_FICLONE_FORCE);
      return true;
    } catch {
      return false;
    }
  }
});

describe('what stands in the way', () => {
  test('a file where the folder of the copies belongs is E_LINK with its path', async () => {
    folder.write('project/.fettle/packages', 'mine');
    await expect(keep(asset())).rejects.toMatchObject({
      code: 'E_LINK',
      facts: { folder: copies, link: 'hardlink', reason: expect.stringContaining('E') },
    });
    expect(readFileSync(copies, 'utf8')).toBe('mine');
  });

  test('an asset that is gone is E_LINK', async () => {
    await expect(keep(join(folder.directory, 'nowhere'))).rejects.toMatchObject({ code: 'E_LINK' });
  });

  test('a copy without a note, and a file of that name, are replaced', async () => {
    folder.write(`project/.fettle/packages/${ID}/asset/half`, 'x');
    await keep(asset());
    expect(readdirSync(join(copies, ID, 'asset'))).toEqual(['bin']);
    rmSync(join(copies, ID), { recursive: true });
    folder.write(`project/.fettle/packages/${ID}`, 'x');
    await keep(asset());
    expect(readdirSync(join(copies, ID, 'asset'))).toEqual(['bin']);
  });

  /** 900 small files, and ten large ones. */
  const manyFiles = (): string =>
    asset(
      Object.fromEntries(Array.from({ length: 910 }, (_, at) => [`f${at}`, 'x'.repeat(at < 900 ? 1 : 2e6)])),
      'many',
    );

  test.each(['hardlink', 'copy'] as const)(
    'an abort ends it, leaves the old copy and no half one (%s)',
    async (mode) => {
      await keep(asset());
      const controller = new AbortController();
      const copying = keep(manyFiles(), { mode, signal: controller.signal });
      setImmediate(() => {
        controller.abort(new Error('enough'));
      });
      await expect(copying).rejects.toThrow('enough');
      expect(readdirSync(copies)).toEqual([ID]);
      expect(readFileSync(join(copies, ID, 'asset/bin/tool'), 'utf8')).toBe('tool');
    },
  );

  test.each(['hardlink', 'copy'] as const)(
    'a file that goes away meanwhile is E_LINK with its path (%s)',
    async (mode) => {
      await keep(asset());
      const from = manyFiles();
      const copying = keep(from, { mode });
      setImmediate(() => {
        for (const name of readdirSync(from)) rmSync(join(from, name));
      });
      await expect(copying).rejects.toMatchObject({
        code: 'E_LINK',
        facts: { path: expect.stringContaining(join(from, 'f')), reason: expect.stringContaining('ENOENT') },
      });
      expect(readdirSync(copies)).toEqual([ID]);
      expect(readFileSync(join(copies, ID, 'asset/bin/tool'), 'utf8')).toBe('tool');
    },
  );

  test('what a killed process left half made goes; what a living one is making stays', async () => {
    const dead = `.draft-${ownName(process.pid).replace(`~${process.pid}~`, '~1073741824~')}`;
    const living = `.draft-${ownName(process.pid)}`;
    for (const name of [dead, living]) mkdirSync(join(copies, name, 'asset'), { recursive: true });
    await keep(asset());
    expect(readdirSync(copies).sort()).toEqual([living, ID].sort());
  });
});

describe('two at once', () => {
  test('end with one whole copy', async () => {
    const from = asset(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, 'x'])));
    const ended = await Promise.all(Array.from({ length: 4 }, () => keep(from)));
    expect(new Set(ended.map(({ paths }) => paths.get(ID))).size).toBe(1);
    expect(readdirSync(join(copies, ID, 'asset'))).toHaveLength(500);
    expect(readdirSync(copies)).toEqual([ID]);
  });
});

describe('copies that nothing leads to any more', () => {
  test('are removed, and the folder with the last one; what others have put there stays', async () => {
    const other = 'local.other@v1';
    const packages = [ID, other].map((id) => ({ id, identity: id, assetPath: asset() }));
    const { paths } = await keepCopies(project, { packages, mode: 'hardlink', signal: NEVER });
    removeUnusedCopies(project, recordOf([{ assetPath: String(paths.get(other)) }], project));
    expect(readdirSync(copies)).toEqual([other]);
    const foreign = folder.write('project/.fettle/packages/mine/file', 'x');
    removeUnusedCopies(project, recordOf([], project));
    expect(readdirSync(copies)).toEqual(['mine']);
    rmSync(join(foreign, '..'), { recursive: true });
    removeUnusedCopies(project, recordOf([], project));
    expect(existsSync(copies)).toBe(false);
    expect(readFileSync(join(String(packages[0]?.assetPath), 'bin/tool'), 'utf8')).toBe('tool');
  });

  test('are what a stamp looks at, as the record names them', async () => {
    const paths = await keep(asset());
    const record = recordOf([{ assetPath: String(paths.paths.get(ID)), cachePath: asset() }], project);
    const watched = [copies, join(copies, ID, 'copy.json'), join(copies, ID, 'asset')];
    expect(watchedCopies(project, record)).toEqual(watched);
    rmSync(copies, { recursive: true });
    expect(watchedCopies(project, record)).toEqual(watched);
    expect(watchedCopies(project, recordOf([{ assetPath: asset() }], project))).toEqual([]);
  });
});
