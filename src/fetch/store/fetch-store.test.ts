import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FetchRig, sha256, type Answer } from '../fetch-rig.js';
import type { Integrity } from '../integrity.js';
import { ServedFile } from '../range-rig.js';

const sha512: Integrity = { algorithm: 'sha512', value: createHash('sha512').update('content').digest('hex') };
const { value: hex } = sha256('content');

const storedPath = (rig: FetchRig): string => join(rig.store.folder, 'sha256', hex.slice(0, 2), hex);
const elsewhere = (rig: FetchRig, number: number): string => join(rig.folder, `fetch-${number}`);
const notFound: Answer = (response) => response.writeHead(404).end();

/** Wants the same file for many packages at once, in several processes' fetchers. */
function wantAll(rig: FetchRig, request: Parameters<FetchRig['fetchOne']>[0], fetchers = 1): Promise<unknown>[] {
  const processes = Array.from({ length: fetchers }, () => rig.fetcher({ store: rig.store }));
  return Array.from({ length: 32 }, (_, index) =>
    rig.fetchOne(request, { fetcher: processes[index % fetchers]!, directory: elsewhere(rig, index) }),
  );
}

describe('a file that many want', () => {
  test.each([1, 4])('is downloaded once for 32 packages in %i processes', async (processes) => {
    await using rig = await FetchRig.open();
    const request = { source: rig.serve('/a', 'content'), integrity: sha256('content') };
    const files = await Promise.all(wantAll(rig, request, processes));
    expect(rig.requests).toHaveLength(1);
    expect(files.filter((file) => !(file as { reused: boolean }).reused)).toHaveLength(1);
    for (let index = 0; index < 32; index += 1) {
      expect(await readFile(join(elsewhere(rig, index), 'a'), 'utf8')).toBe('content');
    }
  });

  test('is downloaded once in a run without a digest too, and again in the next run', async () => {
    await using rig = await FetchRig.open();
    const source = rig.serve('/a', 'content', 'newer');
    await Promise.all(wantAll(rig, source));
    expect(rig.requests).toHaveLength(1);
    expect(await rig.fetchOne(source, { fetcher: rig.fetcher({ store: rig.store }) })).toMatchObject({
      digest: sha256('newer').value,
      reused: false,
    });
  });

  test('fails once for all who wait for it, and may be asked for again', async () => {
    await using rig = await FetchRig.open();
    const source = rig.serve('/a', notFound, 'content');
    const fetcher = rig.fetcher({ store: rig.store });
    const request = { source, integrity: sha256('content') };
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((index) => rig.fetchOne(request, { fetcher, directory: elsewhere(rig, index) })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(rig.requests).toHaveLength(1);
    await rig.fetchOne(request, { fetcher });
  });

  test('is downloaded for the others when the one who began is interrupted', async () => {
    await using rig = await FetchRig.open();
    const controller = new AbortController();
    let began = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (began = resolve));
    const source = rig.serve('/a', () => began(), 'content');
    const fetcher = rig.fetcher({ store: rig.store });
    const request = { source, integrity: sha256('content') };
    const first = rig.fetchOne(request, { fetcher, signal: controller.signal, directory: elsewhere(rig, 1) });
    await beginning;
    const second = rig.fetchOne(request, { fetcher });
    controller.abort(new Error('stop'));
    await expect(first).rejects.toThrow('stop');
    expect(await second).toMatchObject({ reused: false });
    expect(rig.requests).toHaveLength(2);
  });

  test('whoever waits can be interrupted too', async () => {
    await using rig = await FetchRig.open();
    const controller = new AbortController();
    let began = (): void => undefined;
    let answer = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (began = resolve));
    const source = rig.serve('/a', (response) => {
      answer = () => void response.end('content');
      began();
    });
    const fetcher = rig.fetcher({ store: rig.store });
    const request = { source, integrity: sha256('content') };
    const first = rig.fetchOne(request, { fetcher });
    await beginning;
    const second = rig.fetchOne(request, { fetcher, signal: controller.signal, directory: elsewhere(rig, 2) });
    controller.abort(new Error('stop'));
    await expect(second).rejects.toThrow('stop');
    answer();
    await first;
  });
});

describe('the store', () => {
  async function filled(rig: FetchRig, integrity: Integrity = sha256('content')): Promise<void> {
    await rig.fetchOne(
      { source: rig.serve('/first', 'content'), integrity },
      { fetcher: rig.fetcher({ store: rig.store }), directory: elsewhere(rig, 0) },
    );
    rig.requests.length = 0;
    rig.events.length = 0;
  }
  const wanted = (rig: FetchRig, integrity: Integrity = sha256('content')) => ({
    source: `${rig.origin}/another/place`,
    integrity,
  });

  test('gives a file from any address, also offline, and says so', async () => {
    await using rig = await FetchRig.open();
    await filled(rig);
    const fetcher = rig.fetcher({ store: rig.store, offline: true });
    expect(await rig.fetchOne(wanted(rig), { fetcher })).toMatchObject({ bytes: 7, digest: hex, reused: true });
    expect(rig.events).toEqual([{ kind: 'download:reused', url: `${rig.origin}/another/place`, name: 'place' }]);
    expect(await rig.fetched()).toEqual({ place: 'content' });
  });

  test.each([
    ['the digest it came with', sha512, sha512],
    ['its SHA-256, whatever it came with', sha512, sha256('content')],
  ])('finds a file by %s', async (_name, came, asked) => {
    await using rig = await FetchRig.open();
    await filled(rig, came);
    expect(await rig.fetchOne(wanted(rig, asked), { fetcher: rig.fetcher({ store: rig.store }) })).toMatchObject({
      digest: hex,
      reused: true,
    });
    expect((await stat(storedPath(rig))).nlink).toBe(2);
  });

  test('keeps files read-only; what it gives is a copy that may be written to', async () => {
    await using rig = await FetchRig.open();
    await filled(rig);
    await rig.fetchOne(wanted(rig), { fetcher: rig.fetcher({ store: rig.store }) });
    expect((await stat(storedPath(rig))).mode & 0o777).toBe(0o444);
    await writeFile(join(rig.directory, 'place'), 'changed');
    expect(await readFile(storedPath(rig), 'utf8')).toBe('content');
  });

  test('gives a link to whoever promises not to write to it', async () => {
    await using rig = await FetchRig.open();
    await filled(rig);
    await rig.fetchOne(wanted(rig), { fetcher: rig.fetcher({ store: rig.store }), isReadOnly: true });
    expect((await stat(join(rig.directory, 'place'))).ino).toBe((await stat(storedPath(rig))).ino);
  });

  test.each(['c0ntent', '', 'content and more'])('never gives a file that has become %j', async (damaged) => {
    await using rig = await FetchRig.open();
    await filled(rig);
    const before = await stat(storedPath(rig));
    await rm(storedPath(rig));
    await writeFile(storedPath(rig), damaged);
    await utimes(storedPath(rig), before.atime, before.mtime);
    const request = { source: rig.serve('/again', 'content'), integrity: sha256('content') };
    for (const isReadOnly of [true, false]) {
      const fetcher = rig.fetcher({ store: rig.store });
      await rig.fetchOne(request, { fetcher, isReadOnly, directory: elsewhere(rig, 1) });
      expect(await readFile(join(elsewhere(rig, 1), 'again'), 'utf8')).toBe('content');
    }
    expect(rig.requests).toHaveLength(1);
    expect(await readFile(storedPath(rig), 'utf8')).toBe('content');
  });

  test('is none the wiser for a file that is wrong', async () => {
    await using rig = await FetchRig.open();
    const request = { source: rig.serve('/a', 'wrong'), integrity: sha256('content') };
    await expect(rig.fetchOne(request, { fetcher: rig.fetcher({ store: rig.store }) })).rejects.toMatchObject({
      code: 'E_CHECKSUM',
    });
    expect(await readdir(rig.store.folder)).toEqual(['partial']);
    expect(await rig.fetched()).toEqual({});
  });

  test('tells by the time of a file when it was used last', async () => {
    await using rig = await FetchRig.open();
    await filled(rig);
    const host = { ...rig.host(), now: () => 1_700_000_000_000 };
    await rig.fetchOne(wanted(rig), { fetcher: rig.fetcher({ store: rig.store, host }) });
    expect((await stat(storedPath(rig))).mtimeMs).toBe(1_700_000_000_000);
  });

  test('keeps nothing unfinished without a digest, and for a day with one', async () => {
    await using rig = await FetchRig.open();
    const partial = join(rig.store.folder, 'partial');
    const file = new ServedFile(Buffer.from('content'));
    const fetcher = rig.fetcher({ store: rig.store });
    const source = rig.serve('/a', file.cutAt(3), notFound);
    await expect(rig.fetchOne(source, { fetcher })).rejects.toMatchObject({ code: 'E_FETCH' });
    expect(await readdir(partial)).toEqual([]);
    rig.serve('/a', file.cutAt(3), notFound);
    const request = { source, integrity: sha256('content') };
    await expect(rig.fetchOne(request, { fetcher })).rejects.toMatchObject({ code: 'E_FETCH' });
    expect(await readdir(partial)).toEqual([`sha256-${hex}`]);
    const other = { source: rig.serve('/b', 'other'), integrity: sha256('other') };
    for (const [hours, left] of [
      [23, 1],
      [25, 0],
    ] as const) {
      const host = { ...rig.host(), now: () => Date.now() + hours * 3_600_000 };
      await rig.fetchOne(other, { fetcher: rig.fetcher({ store: rig.store, host }), directory: elsewhere(rig, hours) });
      expect(await readdir(partial)).toHaveLength(left);
      await rm(join(rig.store.folder, 'sha256'), { recursive: true });
    }
  });

  test('that is no folder is an error of the cache', async () => {
    await using rig = await FetchRig.open();
    await writeFile(rig.store.folder, '');
    const request = { source: rig.serve('/a', 'content'), integrity: sha256('content') };
    await expect(rig.fetchOne(request, { fetcher: rig.fetcher({ store: rig.store }) })).rejects.toMatchObject({
      code: 'E_CACHE',
      facts: { path: expect.stringContaining(rig.store.folder) },
    });
    expect(rig.requests).toEqual([]);
  });

  test('takes a mirror that is a folder for what it is', async () => {
    await using rig = await FetchRig.open();
    await mkdir(join(rig.folder, 'mirror/a'), { recursive: true });
    await rig.write('mirror/a/file', 'content');
    const fetcher = rig.fetcher({ store: rig.store });
    await rig.fetchOne({ source: rig.serve('/a', notFound), mirrors: [join(rig.folder, 'mirror/a')] }, { fetcher });
    expect(await readFile(join(rig.directory, 'a/file'), 'utf8')).toBe('content');
    expect(await readdir(join(rig.store.folder, 'partial'))).toEqual([]);
  });
});
