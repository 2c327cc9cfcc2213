import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { extractArchive } from '../archive/index.js';
import { tarStream, type TarItem } from './tar-stream.js';

const run = promisify(execFile);
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function pack(items: readonly TarItem[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of tarStream(eachOf(items))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* eachOf(items: readonly TarItem[]): AsyncGenerator<TarItem> {
  await Promise.resolve();
  yield* items;
}

function file(path: string, content: string | Buffer): TarItem {
  const bytes = Buffer.from(content);
  return { path, kind: 'file', mode: 0o644, modified: 1_700_000_000_999, size: bytes.length, content: [bytes] };
}

const LONG = `${'a'.repeat(120)}/${'ü'.repeat(60)}`;
const ITEMS: readonly TarItem[] = [
  { path: 'top', kind: 'folder', mode: 0o755, modified: 1_600_000_000_000 },
  { ...file('top/program', '#!/bin/sh\n'), mode: 0o755 },
  { path: 'top/same', kind: 'hard link', mode: 0o755, modified: 0, target: 'top/program' },
  { path: 'top/link', kind: 'symlink', mode: 0o777, modified: 0, target: 'program' },
  { path: 'top/far', kind: 'symlink', mode: 0o777, modified: 0, target: LONG },
  file(`top/${LONG}`, 'long'),
  file('top/empty', ''),
];

async function expectItems(folder: string): Promise<void> {
  expect(await readFile(join(folder, 'top', LONG), 'utf8')).toBe('long');
  expect(await readFile(join(folder, 'top/empty'), 'utf8')).toBe('');
  expect(await readlink(join(folder, 'top/link'))).toBe('program');
  expect(await readlink(join(folder, 'top/far'))).toBe(LONG);
  const program = await lstat(join(folder, 'top/program'));
  expect([program.mode & 0o777, program.nlink, program.mtimeMs]).toEqual([0o755, 2, 1_700_000_000_000]);
  expect((await lstat(join(folder, 'top'))).mtimeMs).toBe(1_600_000_000_000);
}

describe('a tar stream', () => {
  test('is read by the tar program, whatever is in it', async () => {
    await writeFile(join(root, 'a.tar'), await pack(ITEMS));
    await run('tar', ['-xf', 'a.tar'], { cwd: root });
    await expectItems(root);
  });

  test('is read by our own reader', async () => {
    const archive = join(root, 'a.tar');
    await writeFile(archive, await pack(ITEMS));
    await extractArchive({ archive, destination: join(root, 'out'), strip: 0, emit: () => undefined });
    await expectItems(join(root, 'out'));
  });

  test('has the same bytes each time', async () => {
    expect((await pack(ITEMS)).equals(await pack(ITEMS))).toBe(true);
  });

  test('gives back any contents under any names', async () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9 ~ü€+-]{1,90}$/).filter((text) => text.trim() === text);
    const trees = fc.dictionary(name, fc.uint8Array({ maxLength: 2000 }), { maxKeys: 8, noNullPrototype: true });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        round += 1;
        const folder = join(root, String(round));
        await mkdir(folder);
        const archive = join(folder, 'a.tar');
        await writeFile(
          archive,
          await pack(Object.entries(tree).map(([path, bytes]) => file(path, Buffer.from(bytes)))),
        );
        const destination = join(folder, 'out');
        await extractArchive({ archive, destination, strip: 0, emit: () => undefined });
        expect((await readdir(destination)).sort()).toEqual(Object.keys(tree).sort());
        for (const [path, bytes] of Object.entries(tree)) {
          expect((await readFile(join(destination, path))).equals(bytes)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  test.each([2, 4])('fails when a content of 3 bytes was said to have %i', async (size) => {
    await expect(pack([{ ...file('a', 'abc'), size }])).rejects.toThrow('a does not have');
  });
});
