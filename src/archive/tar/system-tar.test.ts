import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { extractArchive } from '../extract-archive.js';

/** What a tree is made of. Numbers choose among what was made before. */
type Part =
  | { readonly kind: 'file'; readonly name: string; readonly in: number; readonly bytes: number; readonly mode: number }
  | { readonly kind: 'folder'; readonly name: string; readonly in: number; readonly mode: number }
  | { readonly kind: 'link' | 'hard link'; readonly name: string; readonly in: number; readonly to: number };

const letter = fc.constantFrom(...Array.from('abcXYZ019 -_.+~%&()[]{}$#@!,=éüñßäöåøçж語🙂\\'));
const name = fc
  .oneof(
    fc.string({ unit: letter, minLength: 1, maxLength: 12 }),
    fc.integer({ min: 90, max: 120 }).map((length) => 'long'.padEnd(length, '-name')),
  )
  .filter((text) => text !== '.' && text !== '..' && !text.includes('..'));
const place = { name, in: fc.nat(5) };
const part: fc.Arbitrary<Part> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ ...place, kind: fc.constant('file' as const), bytes: size(), mode: fc.nat(0o777) }),
  },
  { weight: 3, arbitrary: fc.record({ ...place, kind: fc.constant('folder' as const), mode: fc.nat(0o777) }) },
  fc.record({ ...place, kind: fc.constant('link' as const), to: fc.nat(9) }),
  fc.record({ ...place, kind: fc.constant('hard link' as const), to: fc.nat(9) }),
);

test.each([
  ['gnu', []],
  ['posix', []],
  ['posix', ['--gzip']],
  ['gnu', ['--bzip2']],
  ['posix', ['--xz']],
  ['gnu', ['--zstd']],
])('whatever the system packs as %s %j comes out as it went in', async (format, compression) => {
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 25 }), fc.nat(2_000_000_000), async (parts, time) => {
      const folder = await mkdtemp(join(tmpdir(), 'fettle-archive-'));
      try {
        const tree = join(folder, 'tree');
        await plant(tree, parts, time);
        const archive = join(folder, 'packed');
        execFileSync('tar', [`--format=${format}`, ...compression, '-C', tree, '-cf', archive, '.']);
        const destination = join(folder, 'out');
        await extractArchive({ archive, destination, strip: 0, emit: () => undefined });
        const allowed = await allowedPermissions(folder);
        expect(await describeTree(destination, allowed)).toEqual(await describeTree(tree, allowed));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 8 },
  );
});

/** What the umask leaves of all permissions. */
async function allowedPermissions(folder: string): Promise<number> {
  await mkdir(join(folder, 'probe'), { mode: 0o777 });
  return (await lstat(join(folder, 'probe'))).mode & 0o777;
}

function size(): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(0, 1, 511, 512, 513, 65_536, 300_000), fc.nat(2000));
}

async function plant(root: string, parts: readonly Part[], time: number): Promise<void> {
  const folders = [''];
  const files: string[] = [];
  await mkdir(root);
  for (const each of parts) {
    const path = join(folders[each.in % folders.length] ?? '', each.name);
    if (await lstat(join(root, path)).catch(() => undefined)) continue;
    const made = await plantOne(root, path, each, files);
    if (made === 'folder') folders.push(path);
    if (made === 'file') files.push(path);
  }
  for (const path of [...files, ...folders.toReversed()]) await utimes(join(root, path), time, time);
}

/** Modes stay such that the owner can go on with what was made. */
async function plantOne(
  root: string,
  path: string,
  each: Part,
  files: readonly string[],
): Promise<Part['kind'] | undefined> {
  const full = join(root, path);
  if (each.kind === 'file') {
    await writeFile(full, Buffer.alloc(each.bytes, `${path} `));
    await chmod(full, each.mode | 0o600);
  } else if (each.kind === 'folder') {
    await mkdir(full);
    await chmod(full, each.mode | 0o700);
  } else if (each.kind === 'hard link') {
    const target = files[each.to % Math.max(1, files.length)];
    if (target === undefined) return undefined;
    await link(join(root, target), full);
  } else {
    await symlink(each.to % 2 === 0 ? 'nowhere/at all' : './no such file', full);
  }
  return each.kind;
}

/** Each path with everything that an archive keeps of it; hard links by the first path that has the file. */
async function describeTree(root: string, allowed: number): Promise<Readonly<Record<string, unknown>>> {
  const firstPaths = new Map<number, string>();
  const found: Record<string, unknown> = {};
  for (const path of (await readdir(root, { recursive: true })).sort()) {
    const full = join(root, path);
    const stats = await lstat(full);
    if (stats.isSymbolicLink()) {
      found[path] = { link: await readlink(full) };
      continue;
    }
    const first = firstPaths.get(stats.ino) ?? path;
    firstPaths.set(stats.ino, first);
    const minimum = stats.isDirectory() ? 0o700 : 0o600;
    const attributes = { mode: (stats.mode & allowed) | minimum, time: Math.floor(stats.mtimeMs / 1000) };
    found[path] = stats.isDirectory()
      ? { ...attributes, folder: dirname(path) }
      : { ...attributes, first, content: (await readFile(full)).toString('base64') };
  }
  return found;
}
