import { expect, test } from '@jest/globals';
import { getMaxListeners } from 'node:events';
import { mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FetchRig, sha256, type Answer } from './fetch-rig.js';
import { isPartialName } from './partial-file.js';

const status = (code: number, headers: Record<string, string> = {}): Answer => {
  return (response) => response.writeHead(code, headers).end('no');
};
const redirectTo = (location: string, code = 302): Answer => status(code, { location });
const cutBody: Answer = (response) => {
  response.writeHead(200, { 'content-length': 1000 });
  response.write('half of it', () => response.destroy());
};

test('a file is downloaded, hashed and told of', async () => {
  await using rig = await FetchRig.open();
  const url = rig.serve('/a/tool.tgz?x=1', 'content');
  const file = await rig.fetchOne({ source: url, integrity: sha256('content') });
  const { value: digest } = sha256('content');
  expect(file).toEqual({
    path: join(rig.directory, 'tool.tgz'),
    fileName: 'tool.tgz',
    bytes: 7,
    digest,
    reused: false,
  });
  expect(await rig.fetched()).toEqual({ 'tool.tgz': 'content' });
  expect(rig.events).toEqual([
    { kind: 'download:start', url, name: 'tool.tgz' },
    { kind: 'download:progress', url, bytes: 7, total: 7 },
    { kind: 'download:end', url, name: 'tool.tgz', bytes: 7, durationMs: expect.any(Number) },
  ]);
});

test('without an expected digest whatever comes is taken, and hashed', async () => {
  await using rig = await FetchRig.open();
  expect(await rig.fetchOne(rig.serve('/a', 'any'))).toMatchObject({ digest: sha256('any').value });
});

test('a digest of another kind is verified too, and SHA-256 is reported', async () => {
  await using rig = await FetchRig.open();
  const integrity = { algorithm: 'sha1', value: '040f06fd774092478d450774f5ba30c5da78acc8' } as const;
  expect(await rig.fetchOne({ source: rig.serve('/a', 'content'), integrity })).toMatchObject({
    digest: sha256('content').value,
  });
});

test('a wrong file never gets its final name, and the error tells both digests, URL and size', async () => {
  await using rig = await FetchRig.open();
  const url = rig.serve('/a', 'tampered');
  await expect(rig.fetchOne({ source: url, integrity: sha256('right') })).rejects.toMatchObject({
    code: 'E_CHECKSUM',
    facts: { url, algorithm: 'sha256', expected: sha256('right').value, got: sha256('tampered').value, bytes: 8 },
  });
  expect(await rig.fetched()).toEqual({});
  expect(rig.requests).toHaveLength(1);
});

test.each(['<!DOCTYPE html><p>sign in', '\ufeff\n<html>', '<!-- hi -->\n<HTML>'])(
  'a web page is called one: %j',
  async (page) => {
    await using rig = await FetchRig.open();
    const fetching = rig.fetchOne({ source: rig.serve('/a.tgz', page), integrity: sha256('right') });
    await expect(fetching).rejects.toMatchObject({
      code: 'E_CHECKSUM',
      facts: { content: 'looks like a web page' },
      hint: expect.stringContaining('web page'),
    });
  },
);

test('a server that fails once is asked again', async () => {
  await using rig = await FetchRig.open();
  await rig.fetchOne(rig.serve('/a', status(500), 'content'));
  expect(await rig.fetched()).toEqual({ a: 'content' });
  expect(rig.pauses).toEqual([500]);
  expect(rig.events).toContainEqual({ kind: 'log', level: 'warn', message: expect.stringContaining('500') });
});

test('a body that is cut is downloaded again from its beginning', async () => {
  await using rig = await FetchRig.open();
  await rig.fetchOne({ source: rig.serve('/a', cutBody, 'content'), integrity: sha256('content') });
  expect(await rig.fetched()).toEqual({ a: 'content' });
});

test('a body that is always cut is an error after four tries', async () => {
  await using rig = await FetchRig.open();
  const url = rig.serve('/a', cutBody);
  await expect(rig.fetchOne(url)).rejects.toMatchObject({
    code: 'E_FETCH',
    facts: { url, problem: expect.stringContaining('cut'), tries: 4 },
  });
  expect(rig.requests).toHaveLength(4);
  expect(rig.pauses).toEqual([500, 1000, 2000]);
  expect(await rig.fetched()).toEqual({});
});

test.each([
  ['2', 2000],
  ['9999', 30_000],
  [new Date(9000).toUTCString(), expect.any(Number)],
])('a server says how long to wait: %s', async (retryAfter, pause) => {
  await using rig = await FetchRig.open();
  await rig.fetchOne(rig.serve('/a', status(429, { 'retry-after': retryAfter }), 'content'));
  expect(rig.pauses).toEqual([pause]);
});

test.each([[404], [403], [410], [204], [304]])('status %i is an error at once', async (code) => {
  await using rig = await FetchRig.open();
  const url = rig.serve('/a', status(code));
  await expect(rig.fetchOne(url)).rejects.toMatchObject({ code: 'E_FETCH', facts: { url, status: code } });
  expect(rig.requests).toHaveLength(1);
});

test('a refused connection is an error that says so', async () => {
  await using rig = await FetchRig.open();
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  await expect(rig.fetchOne(`http://127.0.0.1:${port}/a`)).rejects.toMatchObject({
    code: 'E_FETCH',
    facts: { problem: 'the connection was refused' },
  });
});

test('a server that falls silent is given up on', async () => {
  await using rig = await FetchRig.open();
  const silent: Answer = (response) => void response.writeHead(200, { 'content-length': 10 }).write('half');
  const fetcher = rig.fetcher({ timeouts: { connectMs: 5000, stallMs: 20 } });
  const fetching = rig.fetchOne(rig.serve('/a', silent), { fetcher });
  await expect(fetching).rejects.toMatchObject({ code: 'E_FETCH', facts: { problem: 'the server fell silent' } });
});

test('redirects are followed, relative ones too, and the name stays that of the source', async () => {
  await using rig = await FetchRig.open();
  rig.serve('/b/real.bin', 'content');
  rig.serve('/b/c', redirectTo('real.bin', 307));
  await rig.fetchOne(rig.serve('/a.bin', redirectTo('/b/c')));
  expect(await rig.fetched()).toEqual({ 'a.bin': 'content' });
});

test('a circle of redirects is an error', async () => {
  await using rig = await FetchRig.open();
  const url = rig.serve('/a', redirectTo('/a'));
  await expect(rig.fetchOne(url)).rejects.toMatchObject({
    code: 'E_FETCH',
    facts: { problem: 'the redirects lead in a circle', redirects: [url] },
  });
  expect(rig.requests).toHaveLength(1);
});

test.each(['file:///etc/passwd', 'ftp://127.0.0.1/a', 'http://[bad'])(
  'a redirect to %s is refused',
  async (location) => {
    await using rig = await FetchRig.open();
    const url = rig.serve('/a', redirectTo(location));
    await expect(rig.fetchOne(url)).rejects.toMatchObject({ code: 'E_FETCH', facts: { url, location } });
  },
);

test('credentials of a URL are sent to its own server only, and shown nowhere', async () => {
  await using rig = await FetchRig.open();
  await using other = await FetchRig.open();
  const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  rig.serve('/a', redirectTo('/b'));
  rig.serve('/b', redirectTo(`${other.origin}/c`));
  other.serve('/c', status(404));
  const source = `${rig.origin.replace('http://', 'http://me:p%40ss@')}/a?token=s3cret`;
  rig.serve('/a?token=s3cret', redirectTo('/b'));
  const failure: unknown = await rig.fetchOne(source).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'E_FETCH', facts: { status: 404 } });
  expect(rig.requests.map(({ headers }) => headers.authorization)).toEqual([authorization, authorization]);
  expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  const shown = JSON.stringify([failure, (failure as Error).message, rig.events]);
  expect(shown).not.toMatch(/p@ss|p%40ss|s3cret/);
});

test('a proxy that the environment names is used, except where it says not to', async () => {
  await using proxy = await FetchRig.open();
  await using rig = await FetchRig.open();
  const url = rig.serve('/a', 'from the server');
  const [viaProxy, direct] = ['', '127.0.0.1'].map((NO_PROXY) =>
    rig.fetcher({ host: rig.host({ HTTP_PROXY: proxy.origin.replace('//', '//me:pw@'), NO_PROXY }) }),
  );
  // A proxy is asked for the whole URL.
  proxy.serve(url, 'from the proxy');
  expect(await rig.fetchOne(url, { fetcher: viaProxy! })).toMatchObject({ digest: sha256('from the proxy').value });
  expect(proxy.requests[0]?.headers['proxy-authorization']).toMatch(/^Basic /);
  expect(rig.requests).toHaveLength(0);
  expect(await rig.fetchOne(url, { fetcher: direct! })).toMatchObject({ digest: sha256('from the server').value });
});

test('a mirror is used when the source fails, whatever way it fails', async () => {
  await using rig = await FetchRig.open();
  const wrong = rig.serve('/wrong', 'wrong');
  const source = rig.serve('/a.bin', status(404));
  const local = await rig.write('mirror/a.bin', 'content');
  const file = await rig.fetchOne({ source, mirrors: [wrong, local], integrity: sha256('content') });
  expect(file.fileName).toBe('a.bin');
  expect(await rig.fetched()).toEqual({ 'a.bin': 'content' });
});

test('when the mirrors fail too, the error is that of the source and names them', async () => {
  await using rig = await FetchRig.open();
  const [source, mirror] = [rig.serve('/a', status(404)), rig.serve('/m', status(403))];
  await expect(rig.fetchOne({ source, mirrors: [mirror] })).rejects.toMatchObject({
    code: 'E_FETCH',
    facts: { url: source, status: 404, mirrors: [expect.stringContaining(mirror)] },
  });
});

test('offline nothing is asked, but what is there and verified is used', async () => {
  await using rig = await FetchRig.open();
  const source = rig.serve('/a', 'content');
  const request = { source, integrity: sha256('content') };
  const offline = { fetcher: rig.fetcher({ offline: true }) };
  await expect(rig.fetchOne(request, offline)).rejects.toMatchObject({ code: 'E_OFFLINE', facts: { source } });
  await expect(rig.fetchOne('pkg:npm/a@1.0.0', offline)).rejects.toMatchObject({ code: 'E_OFFLINE' });
  await expect(rig.fetchOne({ source: 'https://127.0.0.1/a.git', ref: 'v1' }, offline)).rejects.toMatchObject({
    code: 'E_OFFLINE',
  });
  expect(rig.requests).toHaveLength(0);
  await rig.fetchOne(request);
  expect(await rig.fetchOne(request, offline)).toMatchObject({ reused: true });
});

test('after a failed attempt only what is missing, corrupt or without a digest is downloaded', async () => {
  await using rig = await FetchRig.open();
  const request = (name: string) => ({ source: rig.serve(`/${name}`, name), integrity: sha256(name) });
  const requests = [request('good'), request('corrupt'), request('missing'), rig.serve('/unhashed', 'unhashed')];
  await mkdir(rig.directory);
  for (const [name, content] of [
    ['good', 'good'],
    ['corrupt', 'c0rrupt'],
    ['unhashed', 'older'],
  ] as const) {
    await writeFile(join(rig.directory, name), content);
  }
  const files = await rig.fetchAll(requests);
  expect(files.map(({ reused }) => reused)).toEqual([true, false, false, false]);
  expect(rig.requests.map(({ url }) => url).sort()).toEqual(['/corrupt', '/missing', '/unhashed']);
  expect(await rig.fetched()).toEqual({ good: 'good', corrupt: 'corrupt', missing: 'missing', unhashed: 'unhashed' });
  expect(rig.events).toContainEqual({ kind: 'download:reused', url: `${rig.origin}/good`, name: 'good' });
});

test('reuse can be turned off', async () => {
  await using rig = await FetchRig.open();
  const request = { source: rig.serve('/a', 'content'), integrity: sha256('content') };
  await rig.fetchOne(request);
  expect(await rig.fetchOne(request, { reuse: false })).toMatchObject({ reused: false });
});

test('a folder of an earlier attempt gives way to a file of its name', async () => {
  await using rig = await FetchRig.open();
  await mkdir(join(rig.directory, 'a/b'), { recursive: true });
  await rig.fetchOne({ source: rig.serve('/a', 'content'), integrity: sha256('content') });
  expect(await rig.fetched()).toEqual({ a: 'content' });
});

test('two downloads of one name are refused before any download', async () => {
  await using rig = await FetchRig.open();
  const sources = [rig.serve('/x/a.tgz', '1'), rig.serve('/y/A.tgz', '2')];
  await expect(rig.fetchAll(sources)).rejects.toMatchObject({
    code: 'E_FETCH_NAME',
    facts: { name: 'A.tgz', sources },
  });
  expect(rig.requests).toHaveLength(0);
  await rig.fetchAll([sources[0]!, { source: sources[1]!, dest: 'b.tgz' }]);
  expect(await rig.fetched()).toEqual({ 'a.tgz': '1', 'b.tgz': '2' });
});

test.each(['..', 'a/b', 'a\\b', 'a\0', ''])('dest %j is refused before any download', async (dest) => {
  await using rig = await FetchRig.open();
  const fetching = rig.fetchAll([rig.serve('/good', 'good'), { source: rig.serve('/a', 'a'), dest }]);
  await expect(fetching).rejects.toMatchObject({ code: 'E_FETCH_NAME' });
  expect(rig.requests).toHaveLength(0);
});

test('all failures are told in one error, and the others finish', async () => {
  await using rig = await FetchRig.open();
  const requests = [
    rig.serve('/missing', status(404)),
    rig.serve('/good', 'good'),
    { source: rig.serve('/wrong', 'wrong'), integrity: sha256('right') },
    'no/such/file',
  ];
  await expect(rig.fetchAll(requests)).rejects.toMatchObject({
    code: 'E_FETCH_FAILED',
    message: '3 of 4 downloads failed.',
    facts: {
      failures: [
        expect.stringMatching(/\/missing: .*404.*\(E_FETCH\)$/),
        expect.stringMatching(new RegExp(`/wrong: .*${sha256('right').value}.*\\(E_CHECKSUM\\)$`)),
        expect.stringMatching(/no\/such\/file.*\(E_FETCH_MISSING\)$/),
      ],
    },
  });
  expect(await rig.fetched()).toEqual({ good: 'good' });
});

test('failures of one kind keep their code', async () => {
  await using rig = await FetchRig.open();
  const requests = ['/a', '/b'].map((path) => ({ source: rig.serve(path, 'x'), integrity: sha256('y') }));
  await expect(rig.fetchAll(requests)).rejects.toMatchObject({
    code: 'E_CHECKSUM',
    message: '2 of 2 downloads failed.',
  });
});

test('no more downloads run at once than there are connections', async () => {
  await using rig = await FetchRig.open();
  let open = 0;
  let most = 0;
  const held: (() => void)[] = [];
  const hold: Answer = (response) => {
    most = Math.max(most, (open += 1));
    held.push(() => {
      open -= 1;
      response.end('content');
    });
    if (held.length === 2) held.splice(0).forEach((release) => release());
  };
  const sources = Array.from({ length: 8 }, (_, index) => rig.serve(`/${index}`, hold));
  await rig.fetchAll(sources, { fetcher: rig.fetcher({ connections: 2 }) });
  expect(most).toBe(2);
});

test('any number of downloads may share one signal without a warning of Node', async () => {
  await using rig = await FetchRig.open();
  const { signal } = new AbortController();
  expect(getMaxListeners(signal)).toBeLessThan(Infinity);
  await rig.fetchAll([rig.serve('/a', 'content')], { signal });
  expect(getMaxListeners(signal)).toBe(Infinity);
});

test('an abort ends a download with its reason and leaves nothing', async () => {
  await using rig = await FetchRig.open();
  const controller = new AbortController();
  const reason = new Error('stop');
  const answer: Answer = (response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => controller.abort(reason));
  };
  await expect(rig.fetchOne(rig.serve('/a', answer), { signal: controller.signal })).rejects.toBe(reason);
  expect(await rig.fetched()).toEqual({});
});

test('what killed processes left is removed once it is old', async () => {
  await using rig = await FetchRig.open();
  const [old, fresh] = ['.fettle-old.part', '.fettle-fresh.part'].map((name) => join(rig.directory, name)) as [
    string,
    string,
  ];
  await mkdir(rig.directory);
  await writeFile(old, '');
  await writeFile(fresh, '');
  const now = Date.now();
  await utimes(old, (now - 3_600_000) / 1000, (now - 3_600_000) / 1000);
  await rig.fetchOne(rig.serve('/a', 'a'), { fetcher: rig.fetcher({ host: { ...rig.host(), now: () => now } }) });
  await expect(stat(old)).rejects.toMatchObject({ code: 'ENOENT' });
  expect((await stat(fresh)).isFile()).toBe(true);
  expect(isPartialName('.fettle-fresh.part')).toBe(true);
  expect(isPartialName('tool.part')).toBe(false);
});
