import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimName } from './claim.js';
import { openCache, type Cache } from './index.js';
import { identifyProcess } from './process-identity.js';
import { testHost } from './testing/test-host.js';

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
  root = join(folder, 'deep', 'cache');
});
afterEach(() => rm(folder, { recursive: true }));

// No test here takes a lock, so this worker is never started.
const open = (): Promise<Cache> => openCache({ root, host: testHost(), lockWorker: new URL('file:///nowhere') });

describe('opening a cache', () => {
  test('makes what is missing', async () => {
    await using cache = await open();
    expect(cache.root).toBe(root);
    const names = [
      'CACHEDIR.TAG',
      'VERSION',
      'assets',
      'downloads',
      'file-system.json',
      'leases',
      'locks',
      'logs',
      'recipes',
      'trash',
    ];
    expect((await readdir(root)).sort()).toEqual(names);
    expect(await readFile(join(root, 'CACHEDIR.TAG'), 'utf8')).toMatch(
      /^Signature: 8a477f597d28d172789f06886806bc55\n/,
    );
  });

  test('works for many at once', async () => {
    await Promise.all(Array.from({ length: 10 }, open));
    expect(await readFile(join(root, 'VERSION'), 'utf8')).toBe('1\n');
    expect((await readdir(root)).filter((name) => name.startsWith('.VERSION.'))).toEqual([]);
  });

  test('goes on where a kill ended the first opening', async () => {
    await mkdir(join(root, 'assets'), { recursive: true });
    await writeFile(join(root, 'CACHEDIR.TAG'), '');
    await open();
    expect(await readFile(join(root, 'CACHEDIR.TAG'), 'utf8')).toContain('Signature');
  });

  test('removes what a kill left of trying out the file system', async () => {
    await mkdir(join(root, `.probe.${claimName({ ...identifyProcess(2 ** 30), token: 'dead' })}`, '0'), {
      recursive: true,
    });
    const alive = `.probe.${claimName({ ...identifyProcess(process.pid), token: 'alive' })}`;
    await mkdir(join(root, alive));
    await open();
    expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual([alive]);
    expect(await readdir(root)).toContain('CACHEDIR.TAG');
  });

  test('works on a file system in memory', async () => {
    const memory = await mkdtemp('/dev/shm/fettle-').catch(() => undefined);
    if (memory === undefined) return;
    root = join(memory, 'cache');
    try {
      await open();
      expect(JSON.parse(await readFile(join(root, 'file-system.json'), 'utf8'))).toEqual({
        type: '0x1021994',
        network: null,
      });
    } finally {
      await rm(memory, { recursive: true });
    }
  });

  test('changes nothing in a cache that is there', async () => {
    await open();
    await rm(join(root, 'logs'), { recursive: true });
    await open();
    expect(await readdir(root)).not.toContain('logs');
  });

  test('does not tell backup programs to pass over a folder with other things in it', async () => {
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'thesis.txt'), '');
    await open();
    expect(await readdir(root)).not.toContain('CACHEDIR.TAG');
  });

  test('refuses a cache of a newer fettle and leaves it as it is', async () => {
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'VERSION'), '2\n');
    await expect(open()).rejects.toMatchObject({ code: 'E_CACHE_VERSION', facts: { expected: 1, got: 2, path: root } });
    expect(await readdir(root)).toEqual(['VERSION']);
  });

  test('refuses a version file that it cannot read', async () => {
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'VERSION'), 'one');
    await expect(open()).rejects.toMatchObject({ code: 'E_CACHE', hint: expect.stringContaining('--cache-root') });
  });

  test('tells the path when something else is in the way', async () => {
    await mkdir(join(folder, 'deep'));
    await writeFile(root, '');
    await expect(open()).rejects.toMatchObject({
      code: 'E_CACHE',
      facts: { path: expect.stringContaining(root), reason: expect.any(String) },
      hint: expect.stringContaining('--cache-root'),
    });
  });
});
