import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { access, readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ArchiveRig, makeTar, makeTarGz, makeZip, type TestEntry } from '../archive-rig.js';
import { extractArchive } from '../index.js';
import { WorkerBundle } from '../../support/threads/worker-bundle-rig.js';
import { createExtractPool } from './extract-pool.js';

const ENTRIES: readonly TestEntry[] = [
  { name: 'bin/tool', content: '#!/bin/sh\n', mode: 0o755 },
  { name: 'tool', type: '2', linkTarget: 'bin/tool' },
];

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await WorkerBundle.create(fileURLToPath(new URL('../extract-worker.ts', import.meta.url)));
});
afterAll(async () => {
  await bundle[Symbol.asyncDispose]();
});

describe('a pool of threads', () => {
  test('unpacks as the thread of the caller does, more archives than there are threads', async () => {
    await using rig = await ArchiveRig.open();
    await using pool = createExtractPool({ size: 2, worker: bundle.url, leastBytes: 0 });
    const archives = await Promise.all(
      Array.from({ length: 7 }, (_, index) =>
        rig.write(`a${String(index)}`, index % 2 === 0 ? makeTarGz(ENTRIES) : makeZip(ENTRIES)),
      ),
    );
    const results = await Promise.all(
      archives.map((archive, index) =>
        extractArchive({ archive, destination: rig.path(String(index)), strip: 0, emit: () => undefined, pool }),
      ),
    );
    expect(results).toEqual(archives.map(() => ({ files: 1, bytes: 10 })));
    const tree = await rig.tree();
    for (const index of archives.keys()) {
      expect(tree[`${String(index)}/bin/tool`]).toBe('#!/bin/sh\n');
      expect(tree[`${String(index)}/tool`]).toBe('-> bin/tool');
    }
  });

  test('gives the same error as the thread of the caller, and goes on to work', async () => {
    await using rig = await ArchiveRig.open();
    await using pool = createExtractPool({ size: 1, worker: bundle.url, leastBytes: 0 });
    const archive = await rig.write('a.tar', makeTar([{ name: 'good', content: 'x' }, { name: '../evil' }]));
    const request = { archive, destination: rig.out, strip: 0, emit: () => undefined };
    const here: unknown = await extractArchive(request).catch((error: unknown) => error);
    const there: unknown = await extractArchive({ ...request, pool }).catch((error: unknown) => error);
    expect(there).toMatchObject({
      code: 'E_ARCHIVE_UNSAFE',
      message: (here as Error).message,
      facts: { archive, entry: '../evil', reason: expect.any(String) },
      hint: expect.any(String),
    });
    expect(await rig.tree()).toEqual({});
    await rig.write('b.tar', makeTar(ENTRIES));
    await expect(extractArchive({ ...request, archive: `${rig.folder}/b.tar`, pool })).resolves.toEqual({
      files: 1,
      bytes: 10,
    });
  });

  test('ends what is aborted in the middle, and leaves nothing', async () => {
    await using rig = await ArchiveRig.open();
    await using pool = createExtractPool({ size: 1, worker: bundle.url, leastBytes: 0 });
    const reason = new Error('stop');
    const controller = new AbortController();
    const member = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const archive = await rig.write('a.gz', Buffer.concat(Array.from({ length: 64 }, () => member)));
    const extracting = extractArchive({
      ...{ archive, destination: rig.out, strip: 0, pool, signal: controller.signal },
      // It is in the middle as soon as it tells how far it is.
      emit: (event) => {
        if (event.kind === 'extract:progress') controller.abort(reason);
      },
      limits: { maxRatio: Infinity },
    });
    await expect(extracting).rejects.toBe(reason);
    expect(await rig.tree()).toEqual({});
  });

  test('does not begin what is aborted while it waits for a thread', async () => {
    await using rig = await ArchiveRig.open();
    await using pool = createExtractPool({ size: 1, worker: bundle.url, leastBytes: 0 });
    const reason = new Error('stop');
    const controller = new AbortController();
    const archive = await rig.write('a.tar', makeTar(ENTRIES));
    const request = { archive, strip: 0, emit: () => undefined, pool };
    const first = extractArchive({ ...request, destination: rig.path('first') });
    const second = extractArchive({ ...request, destination: rig.path('second'), signal: controller.signal });
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    await expect(first).resolves.toMatchObject({ files: 1 });
    await expect(readdir(rig.path('second')).catch(() => [])).resolves.toEqual([]);
  });

  test('fails what it unpacks when it is closed, and takes nothing afterwards', async () => {
    await using rig = await ArchiveRig.open();
    const pool = createExtractPool({ size: 1, worker: bundle.url, leastBytes: 0 });
    const archive = await rig.write('a.tar', makeTar(ENTRIES));
    const request = { archive, destination: rig.out, strip: 0, emit: () => undefined, pool };
    await extractArchive(request);
    await pool.close();
    await rm(rig.out, { recursive: true });
    await expect(extractArchive(request)).rejects.toMatchObject({ code: 'E_ARCHIVE' });
    await expect(access(rig.path('tool'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('leaves archives that are not worth a thread to whoever has them', async () => {
    await using rig = await ArchiveRig.open();
    await using pool = createExtractPool({ worker: new URL('missing.mjs', bundle.url) });
    const archive = await rig.write('a.tar', makeTar(ENTRIES));
    const extracting = extractArchive({ archive, destination: rig.out, strip: 0, emit: () => undefined, pool });
    await expect(extracting).resolves.toEqual({ files: 1, bytes: 10 });
  });

  test('says so when its threads cannot start', async () => {
    await using rig = await ArchiveRig.open();
    await using pool = createExtractPool({ worker: new URL('missing.mjs', bundle.url), leastBytes: 0 });
    const archive = await rig.write('a.tar', makeTar(ENTRIES));
    const extracting = extractArchive({ archive, destination: rig.out, strip: 0, emit: () => undefined, pool });
    await expect(extracting).rejects.toMatchObject({
      code: 'E_ARCHIVE',
      message: expect.stringContaining('thread'),
    });
  });
});
