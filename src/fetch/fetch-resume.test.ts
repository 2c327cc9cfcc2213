import { describe, expect, test } from '@jest/globals';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { FetchRig, sha256, type Answer } from './fetch-rig.js';
import { ServedFile } from './range-rig.js';

const CONTENT = Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * 31 + (index >> 8)) % 256));
const DIGEST = sha256(CONTENT);
const OFFSETS = Array.from({ length: 20 }, (_, index) => Math.floor((index * CONTENT.length) / 20));

describe('a connection that is cut', () => {
  test.each(OFFSETS)('at byte %i is gone on with from there', async (offset) => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT);
    const source = rig.serve('/a', file.cutAt(offset), file.whole());
    expect(await rig.fetchOne({ source, integrity: DIGEST })).toMatchObject({ bytes: CONTENT.length });
    expect(rig.requests).toHaveLength(2);
    const [, range = 'bytes=0-'] = file.ranges;
    const kept = Number(/\d+/.exec(range)?.[0]);
    expect(kept).toBeLessThanOrEqual(offset);
    expect(file.bytesSent).toBe(offset + CONTENT.length - kept);
  });

  test.each(OFFSETS)('at byte %i is begun anew where the server serves no parts', async (offset) => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT, { servesParts: false });
    await rig.fetchOne({ source: rig.serve('/a', file.cutAt(offset), file.whole()), integrity: DIGEST });
    expect(file.bytesSent).toBe(offset + CONTENT.length);
  });

  test('again and again ends well as long as each try brings something', async () => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT);
    const answers = OFFSETS.slice(1, 15).map((offset) => file.cutAt(offset));
    await rig.fetchOne({ source: rig.serve('/a', ...answers, file.whole()), integrity: DIGEST });
    expect(rig.requests).toHaveLength(15);
    expect(new Set(rig.pauses)).toEqual(new Set([500]));
    expect(file.bytesSent).toBe(CONTENT.length);
  });

  test('is not tried for ever, however much each try brings', async () => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT);
    const answers = Array.from({ length: 40 }, (_, index) => file.cutAt((index + 1) * 100));
    await expect(rig.fetchOne(rig.serve('/a', ...answers))).rejects.toMatchObject({ facts: { tries: 20 } });
    expect(await rig.fetched()).toEqual({});
  });

  test('is gone on with without a digest too, when the server says that the file is the same', async () => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT);
    expect(await rig.fetchOne(rig.serve('/a', file.cutAt(5000), file.whole()))).toMatchObject({ digest: DIGEST.value });
    expect(file.bytesSent).toBe(CONTENT.length);
  });
});

const date = 'Sat, 21 Nov 2026 12:00:00 GMT';

describe('what is kept of a file is used only if the server names the same content', () => {
  test.each([
    ['a strong entity tag', { etag: '"x"' }, true],
    ['a weak entity tag', { etag: 'W/"x"' }, false],
    ['no name', {}, false],
    ['a date well before now', { date, 'last-modified': 'Sat, 21 Nov 2026 11:00:00 GMT' }, true],
    ['a date of this very second', { date, 'last-modified': date }, false],
    ['an entity tag, but no parts', { etag: '"x"', 'accept-ranges': 'none' }, false],
  ])('%s', async (_name, headers, isResumed) => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT, { headers });
    await rig.fetchOne({ source: rig.serve('/a', file.cutAt(5000), file.whole()), integrity: DIGEST });
    expect(file.ranges[1] !== undefined).toBe(isResumed);
  });

  test('a file that has changed meanwhile comes whole', async () => {
    await using rig = await FetchRig.open();
    const [older, newer] = [
      new ServedFile(CONTENT),
      new ServedFile(Buffer.from('newer'), { headers: { etag: '"2"' } }),
    ];
    expect(await rig.fetchOne(rig.serve('/a', older.cutAt(5000), newer.whole()))).toMatchObject({
      digest: sha256('newer').value,
    });
  });

  const wrongPart = (status: number, range: string): Answer => {
    return (response) => response.writeHead(status, { 'content-range': range }).end('wrong');
  };
  test.each([
    [206, 'bytes 4999-19999/20000'],
    [206, 'bytes 5001-19999/20000'],
    [206, 'bytes 5000-6000/20000'],
    [206, 'nonsense'],
    [416, 'bytes */3000'],
  ])('an answer %i with the range %s makes it begin anew', async (status, range) => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT);
    const source = rig.serve('/a', file.cutAt(5000), wrongPart(status, range), file.whole());
    expect(await rig.fetchOne(source)).toMatchObject({ digest: DIGEST.value });
    expect(rig.requests.map(({ headers }) => headers.range !== undefined)).toEqual([false, true, false]);
  });

  test('a part that nobody has asked for is refused', async () => {
    await using rig = await FetchRig.open();
    const source = rig.serve('/a', wrongPart(206, 'bytes 0-4/5'));
    await expect(rig.fetchOne(source)).rejects.toMatchObject({ code: 'E_FETCH', facts: { status: 206 } });
  });
});

/** Resolves when a file that is being written has so many bytes. */
async function sizeReached(path: string, bytes: number): Promise<void> {
  const size = (): Promise<number> =>
    stat(path).then(
      (found) => found.size,
      () => 0,
    );
  while ((await size()) < bytes) await new Promise((resolve) => setImmediate(resolve));
}

describe('a later run', () => {
  async function cutOff(rig: FetchRig, ...answers: readonly [Answer, ...Answer[]]): Promise<string> {
    const source = rig.serve('/a', ...answers, (response) => response.writeHead(404).end());
    const fetching = rig.fetchOne({ source, integrity: DIGEST }, { fetcher: rig.fetcher({ store: rig.store }) });
    await expect(fetching).rejects.toMatchObject({ code: 'E_FETCH' });
    return source;
  }
  const later = async (rig: FetchRig, source: string): Promise<unknown> =>
    rig.fetchOne({ source, integrity: DIGEST }, { fetcher: rig.fetcher({ store: rig.store }) });

  test('goes on with what an earlier one has left, and tidies up', async () => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT);
    const source = await cutOff(rig, file.cutAt(12_000));
    rig.serve('/a', file.whole());
    await later(rig, source);
    expect(file.bytesSent).toBe(CONTENT.length);
    expect(await readdir(join(rig.store.folder, 'partial'))).toEqual([]);
  });

  test('begins anew when the file has changed, and when it comes from another address', async () => {
    await using rig = await FetchRig.open();
    await cutOff(rig, new ServedFile(CONTENT, { headers: { etag: '"old"' } }).cutAt(12_000));
    const file = new ServedFile(CONTENT);
    await later(rig, rig.serve('/elsewhere', file.whole()));
    expect(file.ranges).toEqual([undefined]);
  });

  test('gets a file whole once when what was left of it is damaged', async () => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT);
    const source = await cutOff(rig, file.cutAt(12_000));
    const folder = join(rig.store.folder, 'partial', `sha256-${DIGEST.value}`);
    expect((await readdir(folder)).sort()).toEqual(['.fettle-body.part', '.fettle-record.part']);
    await writeFile(join(folder, '.fettle-body.part'), Buffer.alloc(9000));
    rig.serve('/a', file.whole());
    await later(rig, source);
    expect(file.ranges.slice(1)).toEqual(['bytes=9000-', undefined]);
  });

  test('passes over a record that makes no sense', async () => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT);
    const source = await cutOff(rig, file.cutAt(12_000));
    await writeFile(join(rig.store.folder, 'partial', `sha256-${DIGEST.value}`, '.fettle-record.part'), '{"source":1');
    rig.serve('/a', file.whole());
    await later(rig, source);
    expect(file.ranges.slice(1)).toEqual([undefined]);
  });

  test('goes on with what came before an interruption', async () => {
    await using rig = await FetchRig.open();
    const controller = new AbortController();
    const file = new ServedFile(CONTENT);
    const partial = join(rig.store.folder, 'partial', `sha256-${DIGEST.value}`, '.fettle-body.part');
    const source = rig.serve('/a', (response) => {
      response.writeHead(200, { etag: '"one"', 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, 8000));
    });
    const fetcher = rig.fetcher({ store: rig.store });
    const fetching = rig.fetchOne({ source, integrity: DIGEST }, { fetcher, signal: controller.signal });
    await sizeReached(partial, 8000);
    controller.abort(new Error('stop'));
    await expect(fetching).rejects.toThrow('stop');
    rig.serve('/a', file.whole());
    await later(rig, source);
    expect(file.ranges).toEqual(['bytes=8000-']);
  });

  test('finds nothing of a file that was whole and wrong', async () => {
    await using rig = await FetchRig.open();
    const fetching = rig.fetchOne(
      { source: rig.serve('/a', new ServedFile(Buffer.from('wrong')).whole()), integrity: DIGEST },
      { fetcher: rig.fetcher({ store: rig.store }) },
    );
    await expect(fetching).rejects.toMatchObject({ code: 'E_CHECKSUM' });
    expect(await readdir(join(rig.store.folder, 'partial'))).toEqual([]);
  });

  test('finds what was left when a mirror was tried in vain afterwards', async () => {
    await using rig = await FetchRig.open();
    const file = new ServedFile(CONTENT);
    const source = rig.serve('/a', file.cutAt(12_000), (response) => response.writeHead(404).end());
    const mirrors = [`${rig.origin}/nothing`];
    const fetching = rig.fetchOne(
      { source, mirrors, integrity: DIGEST },
      { fetcher: rig.fetcher({ store: rig.store }) },
    );
    await expect(fetching).rejects.toMatchObject({ facts: { mirrors: [expect.stringContaining('404')] } });
    rig.serve('/a', file.whole());
    await later(rig, source);
    expect(file.bytesSent).toBe(CONTENT.length);
  });
});

describe('a body that the server has encoded though it was asked not to', () => {
  const encoded = (encoding: string, body: Uint8Array, type = 'text/plain'): Answer => {
    return (response) =>
      response.writeHead(200, { 'content-encoding': encoding, 'content-type': type, etag: '"e"' }).end(body);
  };

  test.each([
    ['gzip', gzipSync('content')],
    ['x-gzip', gzipSync('content')],
    ['br', brotliCompressSync('content')],
  ])('is decoded: %s', async (encoding, body) => {
    await using rig = await FetchRig.open();
    const source = rig.serve('/a.txt', encoded(encoding, body));
    expect(rig.requests.every(({ headers }) => headers['accept-encoding'] === 'identity')).toBe(true);
    expect(await rig.fetchOne({ source, integrity: sha256('content') })).toMatchObject({ bytes: 7 });
    expect(await rig.fetched()).toEqual({ 'a.txt': 'content' });
  });

  test('is the file itself when that is what the digest says', async () => {
    await using rig = await FetchRig.open();
    const packed = gzipSync('content');
    const source = rig.serve('/a.txt', encoded('gzip', packed));
    expect(await rig.fetchOne({ source, integrity: sha256(packed) })).toMatchObject({ bytes: packed.length });
  });

  test.each([
    ['/a.tar.gz', 'text/plain'],
    ['/a', 'application/x-gzip'],
  ])('is the file itself where the encoding only says its kind: %s as %s', async (path, type) => {
    await using rig = await FetchRig.open();
    const packed = gzipSync('content');
    expect(await rig.fetchOne(rig.serve(path, encoded('gzip', packed, type)))).toMatchObject({ bytes: packed.length });
  });

  test.each([
    ['zstd', 'content', 'fettle does not know it'],
    ['gzip', 'not gzip', 'incorrect header check'],
    ['constructor', 'content', 'fettle does not know it'],
  ])('is an error when it cannot be decoded: %s', async (encoding, body, problem) => {
    await using rig = await FetchRig.open();
    await expect(rig.fetchOne(rig.serve('/a', encoded(encoding, Buffer.from(body))))).rejects.toMatchObject({
      code: 'E_FETCH',
      facts: { encoding, problem },
    });
    expect(await rig.fetched()).toEqual({});
  });
});
