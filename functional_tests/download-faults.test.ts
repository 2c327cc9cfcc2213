import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import {
  certificateFile,
  cutAfter,
  inTurn,
  LoopbackServer,
  respondWith,
  RunReport,
  servePart,
  World,
  type CommandOptions,
  type Responder,
} from './support/index.js';

const CONTENT = Buffer.from(Array.from({ length: 40_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));
const digestOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const DIGEST = digestOf(CONTENT);
const PAGE = '<!DOCTYPE html><title>Sign in</title>';

/** Tries follow each other at once; how long they wait is for unit tests, which pass a clock. */
const QUICK = { FETTLE_RETRY_PAUSE: '0' };

async function sync(world: World, fetch: string, env: CommandOptions['env'] = {}): Promise<RunReport> {
  await world.recipe('local.a@v1', `fetch = ${fetch}`);
  await world.manifest('packages = { "local.a@v1" }');
  return new RunReport(await world.fettle(['sync', '--json'], { env: { ...QUICK, ...env } }));
}

async function content(report: RunReport, name: string): Promise<Buffer> {
  const { path, error } = report.package('local.a@v1');
  if (path === null) throw new Error(JSON.stringify(error));
  return readFile(join(path, name));
}

interface Failure {
  readonly code: string;
  readonly hint: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Everything that reporters are told of it: what they show is for their own tests. */
function failureOf(report: RunReport): Failure {
  const done = report.events.find(({ kind }) => kind === 'package:done');
  if (!done?.['error']) throw new Error('no package has failed');
  return done['error'] as Failure;
}

const status = (code: number, headers: Record<string, string> = {}): Responder =>
  respondWith('', { status: code, headers });

/** Says nothing after the headers and `bytes` of the body. */
const silentAfter = (bytes: number): Responder => {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, bytes));
  };
};

/** A body in chunks whose last one never comes. */
const cutChunks: Responder = (_request, response) => {
  response.writeHead(200, { 'transfer-encoding': 'chunked' });
  response.write(CONTENT, () => response.destroy());
};

/** Says nothing at all. */
const mute: Responder = () => undefined;

interface Fault {
  readonly name: string;
  readonly answers: readonly [Responder, ...Responder[]];
  readonly path?: string;
  readonly digest?: string | null;
  readonly env?: CommandOptions['env'];
  readonly tries: number;
}

interface FatalFault extends Fault {
  readonly exit: number;
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly hint: RegExp;
}

const FATAL: readonly FatalFault[] = [
  {
    name: 'a body that is always cut',
    answers: [cutAfter(1000, CONTENT)],
    tries: 4,
    ...{
      exit: 5,
      code: 'E_FETCH',
      facts: { problem: 'the connection was cut', tries: 4 },
      hint: /what has come is kept/,
    },
  },
  {
    name: 'a chunked body that is always cut, without a digest',
    answers: [cutChunks],
    digest: null,
    tries: 4,
    ...{ exit: 5, code: 'E_FETCH', facts: { problem: 'the connection was cut', tries: 4 }, hint: /network/ },
  },
  {
    name: 'a server that falls silent within the body',
    answers: [silentAfter(1000)],
    env: { FETTLE_STALL_TIMEOUT: '0.1', FETTLE_RETRIES: '1' },
    tries: 2,
    ...{ exit: 5, code: 'E_FETCH', facts: { problem: 'the server fell silent', tries: 2 }, hint: /network/ },
  },
  {
    name: 'a server that never answers',
    answers: [mute],
    env: { FETTLE_STALL_TIMEOUT: '0.1', FETTLE_RETRIES: '1' },
    tries: 2,
    ...{ exit: 5, code: 'E_FETCH', facts: { problem: 'the server fell silent', tries: 2 }, hint: /network/ },
  },
  {
    name: 'a wrong digest',
    answers: [respondWith('tampered')],
    tries: 1,
    exit: 4,
    code: 'E_CHECKSUM',
    facts: { algorithm: 'sha256', expected: DIGEST, got: digestOf('tampered'), bytes: 8 },
    hint: /tampered/,
  },
  {
    name: '500, always',
    answers: [status(500)],
    tries: 4,
    ...{ exit: 5, code: 'E_FETCH', facts: { status: 500, tries: 4 }, hint: /Try again later/ },
  },
  {
    name: '429, always',
    answers: [status(429, { 'retry-after': '0' })],
    tries: 4,
    ...{ exit: 5, code: 'E_FETCH', facts: { status: 429, tries: 4 }, hint: /too many requests/ },
  },
  {
    name: '404',
    answers: [status(404)],
    tries: 1,
    ...{ exit: 5, code: 'E_FETCH', facts: { status: 404 }, hint: /Check the URL/ },
  },
  {
    name: '403',
    answers: [status(403)],
    tries: 1,
    ...{ exit: 5, code: 'E_FETCH', facts: { status: 403 }, hint: /credentials/ },
  },
  {
    name: 'a page with 200 where a digest was given',
    answers: [respondWith(PAGE, { headers: { 'content-type': 'text/html' } })],
    tries: 1,
    ...{ exit: 4, code: 'E_CHECKSUM', facts: { content: 'looks like a web page' }, hint: /web page/ },
  },
  {
    name: 'a page with 200 where an archive was expected, without a digest',
    answers: [respondWith(PAGE, { headers: { 'content-type': 'text/html' } })],
    path: '/kit.tar.gz',
    digest: null,
    tries: 1,
    exit: 5,
    code: 'E_FETCH',
    facts: { content: 'looks like a web page', contentType: 'text/html' },
    hint: /web page/,
  },
  {
    name: 'redirects in a circle',
    answers: [status(302, { location: '/kit' })],
    tries: 1,
    ...{ exit: 5, code: 'E_FETCH', facts: { problem: 'the redirects lead in a circle' }, hint: /address/ },
  },
  {
    name: 'a redirect to a file of this machine',
    answers: [status(302, { location: 'file:///etc/passwd' })],
    tries: 1,
    ...{ exit: 5, code: 'E_FETCH', facts: { location: 'file:///etc/passwd' }, hint: /address/ },
  },
  {
    name: 'an encoding that nobody has asked for and nobody knows',
    answers: [respondWith('?', { headers: { 'content-encoding': 'secret' } })],
    tries: 1,
    ...{ exit: 5, code: 'E_FETCH', facts: { encoding: 'secret' }, hint: /encodes them nevertheless/ },
  },
];

describe('what ends a download', () => {
  test.each(FATAL)('$name', async ({ answers, path = '/kit', digest = DIGEST, env = {}, ...expected }) => {
    await using world = await World.create();
    const url = world.server.serve(path, inTurn(...answers));
    const report = await sync(world, digest === null ? `"${url}"` : `{ source = "${url}", sha256 = "${digest}" }`, env);
    expect(report.exitCode).toBe(expected.exit);
    expect(failureOf(report)).toMatchObject({ code: expected.code, facts: { url, ...expected.facts } });
    expect(failureOf(report).hint).toMatch(expected.hint);
    expect(world.server.count(path)).toBe(expected.tries);
    expect(report.package('local.a@v1').path).toBeNull();
  });

  test('a length that is greater than the body', async () => {
    await using world = await World.create();
    const requests: string[] = [];
    // Node's own server refuses to lie.
    const server = createServer((socket) => {
      socket.once('data', (request) => {
        requests.push(String(request));
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\nshort');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const report = await sync(world, `"http://127.0.0.1:${(server.address() as AddressInfo).port}/kit"`);
    server.close();
    expect(report.exitCode).toBe(5);
    expect(failureOf(report)).toMatchObject({
      code: 'E_FETCH',
      facts: { problem: 'the connection was cut', tries: 4 },
    });
    expect(requests).toHaveLength(4);
  });

  test('a port where nobody listens', async () => {
    await using world = await World.create();
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const report = await sync(world, `"http://127.0.0.1:${port}/kit"`);
    expect(report.exitCode).toBe(5);
    expect(failureOf(report)).toMatchObject({ facts: { problem: 'the connection was refused', tries: 4 } });
  });

  test.each([
    ['self-signed', {}, "the server's certificate is not trusted"],
    ['expired', { SSL_CERT_FILE: certificateFile('authority.pem') }, "the server's certificate is out of date"],
    ['other-host', { SSL_CERT_FILE: certificateFile('authority.pem') }, "the server's certificate is for another host"],
  ])('a certificate that is %s', async (certificate, env, problem) => {
    await using world = await World.create();
    await using server = await LoopbackServer.start(certificate);
    const report = await sync(world, `"${server.serve('/kit', CONTENT)}"`, env);
    expect(report.exitCode).toBe(5);
    expect(failureOf(report)).toMatchObject({ code: 'E_FETCH', facts: { problem } });
    expect(failureOf(report).hint).toMatch(/SSL_CERT_FILE/);
    expect(server.requests).toEqual([]);
  });

  test('a redirect from https to http', async () => {
    await using world = await World.create();
    await using server = await LoopbackServer.start('server');
    const plain = world.server.serve('/kit', CONTENT);
    const env = { SSL_CERT_FILE: certificateFile('authority.pem') };
    const report = await sync(world, `"${server.serve('/kit', status(302, { location: plain }))}"`, env);
    expect(report.exitCode).toBe(5);
    expect(failureOf(report)).toMatchObject({ facts: { problem: 'a redirect from https to http', location: plain } });
    expect(world.server.requests).toEqual([]);
  });

  test('every failure is told when there are mirrors', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit', status(404));
    const mirror = world.server.serve('/mirror/kit', respondWith('tampered'));
    const report = await sync(world, `{ source = "${url}", sha256 = "${DIGEST}", mirrors = { "${mirror}" } }`);
    expect(report.exitCode).toBe(5);
    expect(failureOf(report)).toMatchObject({ facts: { status: 404, mirrors: [expect.stringContaining(mirror)] } });
  });
});

interface PassingFault extends Fault {
  readonly got?: Uint8Array;
}

const whole = respondWith(CONTENT);
const PASSING: readonly PassingFault[] = [
  { name: '500, then the file', answers: [status(500), whole], tries: 2 },
  { name: '503 twice, then the file', answers: [status(503), status(503), whole], tries: 3 },
  { name: '408, then the file', answers: [status(408), whole], tries: 2 },
  { name: '425, then the file', answers: [status(425), whole], tries: 2 },
  { name: '429 with Retry-After: 0', answers: [status(429, { 'retry-after': '0' }), whole], tries: 2 },
  {
    name: '429 with a Retry-After in the past',
    answers: [status(429, { 'retry-after': 'Thu, 01 Jan 2015 00:00:00 GMT' }), whole],
    env: { FETTLE_RETRY_PAUSE: '600' },
    tries: 2,
  },
  { name: 'a chunked body that is cut once', answers: [cutChunks, whole], digest: null, tries: 2 },
  {
    name: 'a body that is gzipped on its way',
    answers: [respondWith(gzipSync(CONTENT), { headers: { 'content-encoding': 'gzip' } })],
    tries: 1,
  },
  {
    name: 'a body that is brotlied on its way',
    answers: [respondWith(brotliCompressSync(CONTENT), { headers: { 'content-encoding': 'br' } })],
    digest: null,
    tries: 1,
  },
  {
    name: 'a page with 200 where a page was expected',
    answers: [respondWith(PAGE, { headers: { 'content-type': 'text/html' } })],
    path: '/index.html',
    digest: null,
    tries: 1,
    got: Buffer.from(PAGE),
  },
];

describe('what a download survives', () => {
  test.each(PASSING)('$name', async ({ answers, path = '/kit', digest = DIGEST, env = {}, tries, got = CONTENT }) => {
    await using world = await World.create();
    const url = world.server.serve(path, inTurn(...answers));
    const report = await sync(world, digest === null ? `"${url}"` : `{ source = "${url}", sha256 = "${digest}" }`, env);
    expect(await content(report, path.slice(1))).toEqual(got);
    expect(report.exitCode).toBe(0);
    expect(world.server.count(path)).toBe(tries);
    expect(world.server.requests.map(({ headers }) => headers['accept-encoding'])).toEqual(
      Array(tries).fill('identity'),
    );
  });

  test('a slow drip that takes longer than a stall may', async () => {
    await using world = await World.create();
    const drip: Responder = async (_request, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length });
      for (let start = 0; start < CONTENT.length; start += 2000) {
        response.write(CONTENT.subarray(start, start + 2000));
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      response.end();
    };
    const url = world.server.serve('/kit', drip);
    const report = await sync(world, `{ source = "${url}", sha256 = "${DIGEST}" }`, { FETTLE_STALL_TIMEOUT: '2' });
    expect(report.exitCode).toBe(0);
    expect(world.server.count('/kit')).toBe(1);
  });

  test.each([
    ['and gone on with', servePart],
    ['and begun anew where the server serves no parts', cutAfterBytes],
  ])('a connection that is cut at each of 20 offsets, %s', async (_name, cut) => {
    await using world = await World.create();
    const offsets = Array.from({ length: 20 }, (_, index) => Math.floor((index * CONTENT.length) / 20));
    const files = offsets.map((offset, index) => ({ path: `/${offset}`, offset, body: CONTENT.subarray(index) }));
    const entries = files.map(({ path, offset, body }) => {
      const url = world.server.serve(path, inTurn(cut(body, offset), cut(body, Infinity)));
      return `{ source = "${url}", sha256 = "${digestOf(body)}" }`;
    });
    const report = await sync(world, `{ ${entries.join(', ')} }`);
    for (const { path, offset, body } of files) {
      expect(await content(report, path.slice(1))).toEqual(body);
      const ranges = world.server.requests
        .filter((request) => request.path === path)
        .map(({ headers }) => headers.range);
      const isContinued = cut === servePart && offset > 0;
      expect(ranges).toEqual([undefined, isContinued ? `bytes=${offset}-` : undefined]);
    }
  });

  test('a redirect to another host, which is not told what the first one may know', async () => {
    await using world = await World.create();
    await using other = await LoopbackServer.start();
    const target = other.serve('/kit', CONTENT);
    const url = world.server.serve('/kit', status(302, { location: target })).replace('//', '//me:s3cret@');
    const report = await sync(world, `{ source = "${url}", sha256 = "${DIGEST}" }`);
    expect(report.exitCode).toBe(0);
    expect(world.server.requests[0]?.headers.authorization).toMatch(/^Basic /);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(JSON.stringify([report.result.stdout, report.result.stderr, report.events])).not.toContain('s3cret');
  });

  test('a server that wants what .netrc says', async () => {
    await using world = await World.create();
    await writeFile(join(world.home, '.netrc'), 'machine 127.0.0.1 login me password pw');
    const authorization = `Basic ${Buffer.from('me:pw').toString('base64')}`;
    const url = world.server.serve('/kit', (request, response) =>
      (request.headers.authorization === authorization ? whole : status(401))(request, response),
    );
    expect((await sync(world, `"${url}"`)).exitCode).toBe(0);
    const refused = await sync(world, `"${url}?2"`, { NETRC: join(world.home, 'none') });
    expect(refused.exitCode).toBe(5);
    expect(failureOf(refused)).toMatchObject({ facts: { status: 401 } });
  });

  test('a network that is reached through a proxy only', async () => {
    await using world = await World.create();
    await using proxy = await LoopbackServer.start();
    const url = 'http://far.test/kit';
    proxy.serve(url, CONTENT);
    const report = await sync(world, `{ source = "${url}", sha256 = "${DIGEST}" }`, { ALL_PROXY: proxy.origin });
    expect(report.exitCode).toBe(0);
    expect(proxy.requests.map(({ path }) => path)).toEqual([url]);
  });

  test('a source that only a mirror of this machine has', async () => {
    await using world = await World.create();
    world.server.serve('/mirror/kit', CONTENT);
    const env = { FETTLE_MIRRORS: `http://far.test/=${world.server.origin}/mirror/` };
    const report = await sync(world, `{ source = "http://far.test/kit", sha256 = "${DIGEST}" }`, env);
    expect(report.exitCode).toBe(0);
    expect(await content(report, 'kit')).toEqual(CONTENT);
  });

  test('TLS of an authority that the environment names', async () => {
    await using world = await World.create();
    await using server = await LoopbackServer.start('server');
    const env = { SSL_CERT_FILE: certificateFile('authority.pem') };
    const report = await sync(world, `"${server.serve('/kit', CONTENT)}"`, env);
    expect(await content(report, 'kit')).toEqual(CONTENT);
  });
});

/** Like `servePart`, from a server that sends nothing but whole files. */
function cutAfterBytes(body: Uint8Array, cutAt: number): Responder {
  return cutAt >= body.length ? respondWith(body) : cutAfter(cutAt, body);
}

test('a setting that makes no sense is a mistake in the call', async () => {
  await using world = await World.create();
  await world.manifest('packages = {}');
  const result = await world.fettle(['sync'], { env: { FETTLE_CONNECTIONS: 'many' } });
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain('FETTLE_CONNECTIONS');
});
