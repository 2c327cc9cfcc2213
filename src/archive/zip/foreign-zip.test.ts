import { describe, expect, test } from '@jest/globals';
import extractZip from 'extract-zip';
import fc from 'fast-check';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArchiveRig } from '../archive-rig.js';

/** Keeps what Python's module does not by itself: links and empty folders. */
const PYTHON_PACKER = `
import os, stat, sys, zipfile
archive, root, method = sys.argv[1:]
with zipfile.ZipFile(archive, 'w', int(method)) as packed:
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, root)
            if os.path.islink(path):
                info = zipfile.ZipInfo(inside)
                info.create_system = 3
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                packed.writestr(info, os.readlink(path))
            else:
                packed.write(path, inside)
`;

const PIPED = 'zip, through a pipe';

type Pack = (tree: string, archive: string) => void;

const PACKERS: readonly (readonly [name: string, program: string, pack: Pack])[] = [
  ['zip', 'zip', (tree, archive) => run('zip', ['-q', '-r', '-y', archive, '.'], tree)],
  [PIPED, 'zip', (tree, archive) => run('sh', ['-c', 'zip -q -r -y - . | cat > "$0"', archive], tree)],
  ['zip -0', 'zip', (tree, archive) => run('zip', ['-q', '-r', '-y', '-0', archive, '.'], tree)],
  ['zip -fz', 'zip', (tree, archive) => run('zip', ['-q', '-r', '-y', '-fz', archive, '.'], tree)],
  [
    "Python's zipfile, stored",
    'python3',
    (tree, archive) => run('python3', ['-c', PYTHON_PACKER, archive, '.', '0'], tree),
  ],
  [
    "Python's zipfile, deflated",
    'python3',
    (tree, archive) => run('python3', ['-c', PYTHON_PACKER, archive, '.', '8'], tree),
  ],
];

interface Leaf {
  readonly content: string;
  readonly mode: number;
  readonly isLink: boolean;
  readonly seconds: number;
}

const NAME = fc.stringMatching(/^[A-Za-z0-9äß汉 _.+@$~,=-]{1,12}$/).filter((name) => !/^\.+$|^\s|\s$|^@|^-/.test(name));
const LEAF = fc.record<Leaf>({
  content: fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 2000 }), fc.constant('ab'.repeat(40_000))),
  mode: fc.constantFrom(0o644, 0o755, 0o600, 0o640),
  isLink: fc.boolean(),
  // Even ones after 1980: DOS dates know no others.
  seconds: fc.integer({ min: 200_000_000, max: 900_000_000 }).map((half) => half * 2),
});
const TREE = fc.dictionary(
  fc.array(NAME, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  LEAF,
  { minKeys: 1, maxKeys: 12 },
);

/** zip cannot pack links into a pipe. */
function treesFor(packer: string): fc.Arbitrary<Record<string, Leaf>> {
  const withoutLinks = (tree: Record<string, Leaf>): Record<string, Leaf> =>
    Object.fromEntries(Object.entries(tree).map(([path, leaf]) => [path, { ...leaf, isLink: false }]));
  return packer === PIPED ? TREE.map(withoutLinks) : TREE;
}

describe.each(PACKERS)('what %s packs comes out the same,', (name, program, pack) => {
  (isThere(program) ? test : test.skip)('whatever tree it is', async () => {
    await fc.assert(
      fc.asyncProperty(treesFor(name), async (tree) => {
        await using rig = await ArchiveRig.open();
        const source = join(rig.folder, 'source');
        await plant(source, tree);
        const archive = join(rig.folder, 'packed.zip');
        pack(source, archive);
        await rig.extractFile(archive);
        expect(await describeTree(rig.out)).toEqual(await describeTree(source));
      }),
      { numRuns: 12 },
    );
  });
});

(isThere('zip') ? test : test.skip)('extract-zip, which checks less, makes the same tree', async () => {
  await using rig = await ArchiveRig.open();
  const source = join(rig.folder, 'source');
  const leaf = { mode: 0o644, isLink: false, seconds: 1_000_000_000 };
  await plant(source, {
    'bin/tool': { ...leaf, content: '#!/bin/sh\n', mode: 0o755 },
    'bin/link': { ...leaf, content: 'tool', isLink: true },
    'share/doc/text': { ...leaf, content: 'so on '.repeat(10_000) },
  });
  const archive = join(rig.folder, 'packed.zip');
  run('zip', ['-q', '-r', '-y', archive, '.'], source);
  await rig.extractFile(archive);
  const reference = join(rig.folder, 'reference');
  await extractZip(archive, { dir: reference });
  const kinds = (tree: Readonly<Record<string, string>>): readonly string[] => Object.keys(tree).sort();
  expect(kinds(await describeTree(rig.out))).toEqual(kinds(await describeTree(reference)));
  expect(await readFile(rig.path('share/doc/text'), 'utf8')).toBe(
    await readFile(join(reference, 'share/doc/text'), 'utf8'),
  );
});

/** Leaves out what lies below a leaf, or is one of the folders above another. */
async function plant(root: string, tree: Readonly<Record<string, Leaf>>): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const [path, { content, mode, isLink, seconds }] of Object.entries(tree)) {
    const place = join(root, path);
    const isFree = await mkdir(dirname(place), { recursive: true }).then(
      () =>
        lstat(place).then(
          () => false,
          () => true,
        ),
      () => false,
    );
    if (!isFree) continue;
    if (isLink) {
      await symlink('some/where', place);
      continue;
    }
    await writeFile(place, content);
    await chmod(place, mode);
    await utimes(place, seconds, seconds);
  }
}

/** Path to kind, permissions, date and content. */
async function describeTree(root: string, below = ''): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const name of await readdir(join(root, below))) {
    const path = join(below, name);
    const stats = await lstat(join(root, path));
    if (stats.isSymbolicLink()) found[path] = `-> ${await readlink(join(root, path))}`;
    else if (stats.isDirectory()) {
      found[path] = '/';
      Object.assign(found, await describeTree(root, path));
    } else {
      const content = await readFile(join(root, path), 'base64');
      found[path] = `${(stats.mode & 0o777).toString(8)} ${String(Math.floor(stats.mtimeMs / 1000))} ${content}`;
    }
  }
  return found;
}

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TZ: 'UTC' } });
}

function isThere(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}
