import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { WorkerBundle } from '../support/threads/worker-bundle-rig.js';
import { SealThreads } from './seal-threads.js';

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await WorkerBundle.create(fileURLToPath(new URL('./seal-worker.ts', import.meta.url)));
});
afterAll(async () => {
  await bundle[Symbol.asyncDispose]();
});

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

/** Files of different sizes: empty ones, small ones, and some that do not fit into one read. */
function fill(folder: TemporaryFolder, count: number): Map<string, string> {
  const contents = new Map<string, string>();
  for (let index = 0; index < count; index += 1) {
    const content = index % 300 === 7 ? 'x'.repeat(2_500_000 + index) : String(index).repeat(index % 9);
    const path = `d${String(index % 7)}/file ${String(index)}`;
    folder.write(path, content);
    contents.set(path, content);
  }
  return contents;
}

function filesOf(contents: ReadonlyMap<string, string>): { path: string; size: number }[] {
  return [...contents].map(([path, content]) => ({ path, size: content.length }));
}

describe('the threads that seal', () => {
  test.each([true, false])('tell the digest of every file, with fsync: %s', async (fsync) => {
    using folder = new TemporaryFolder();
    await using threads = new SealThreads(() => bundle.url);
    const contents = fill(folder, 1000);
    const digests = await threads.seal(folder.directory, filesOf(contents), fsync);
    expect(new Map([...digests].sort())).toEqual(
      new Map([...contents].map(([path, content]) => [path, sha256(content)] as const).sort()),
    );
  });

  test('seal several trees at once', async () => {
    await using threads = new SealThreads(() => bundle.url);
    const trees = Array.from({ length: 5 }, () => new TemporaryFolder());
    const sealed = await Promise.all(
      trees.map(async (folder, index) => {
        folder.write('file', String(index));
        return threads.seal(folder.directory, [{ path: 'file', size: 1 }], true);
      }),
    );
    expect(sealed.map((digests) => digests.get('file'))).toEqual(trees.map((_, index) => sha256(String(index))));
    for (const folder of trees) folder[Symbol.dispose]();
  });

  test('fail as the system says, and go on with the next tree', async () => {
    using folder = new TemporaryFolder();
    await using threads = new SealThreads(() => bundle.url);
    const contents = fill(folder, 600);
    const files = [...filesOf(contents), { path: 'gone', size: 1 }];
    await expect(threads.seal(folder.directory, files, false)).rejects.toMatchObject({
      code: 'ENOENT',
      path: `${folder.directory}/gone`,
    });
    expect((await threads.seal(folder.directory, filesOf(contents), false)).size).toBe(600);
  });

  test('are for many files or many bytes', () => {
    const threads = new SealThreads(() => bundle.url);
    const files = (count: number, size: number): { path: string; size: number }[] =>
      Array.from({ length: count }, (_, index) => ({ path: String(index), size }));
    expect(threads.areWorthwhileFor(files(10, 1000))).toBe(false);
    expect(threads.areWorthwhileFor(files(1000, 0))).toBe(true);
    expect(threads.areWorthwhileFor(files(1, statSync(process.execPath).size))).toBe(true);
  });
});
