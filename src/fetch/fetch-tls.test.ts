import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FetchRig } from './fetch-rig.js';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../test_data/tls/${name}`, import.meta.url));
const AUTHORITY = pathOf('authority.pem');

/** A server that shows this certificate. */
class TlsServer implements AsyncDisposable {
  readonly #server: Server;

  constructor(certificate: string) {
    const [key, cert] = ['server.key', `${certificate}.pem`].map((name) => readFileSync(pathOf(name)));
    this.#server = createServer({ key, cert }, (_request, response) => void response.end('content'));
  }

  static async start(certificate: string): Promise<TlsServer> {
    const tls = new TlsServer(certificate);
    tls.#server.listen(0, '127.0.0.1');
    await once(tls.#server, 'listening');
    return tls;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const fetchFrom = (rig: FetchRig, url: string, env: Record<string, string>): Promise<unknown> =>
  rig.fetchOne(url, { fetcher: rig.fetcher({ host: rig.host(env) }) });

describe('a server with TLS', () => {
  test.each([
    ['server', {}, "the server's certificate is not trusted"],
    ['self-signed', { SSL_CERT_FILE: AUTHORITY }, "the server's certificate is not trusted"],
    ['expired', { SSL_CERT_FILE: AUTHORITY }, "the server's certificate is out of date"],
    ['other-host', { SSL_CERT_FILE: AUTHORITY }, "the server's certificate is for another host"],
  ])('whose certificate is %s is not trusted, and not asked again', async (certificate, env, problem) => {
    await using rig = await FetchRig.open();
    await using server = await TlsServer.start(certificate);
    await expect(fetchFrom(rig, `https://${server.address}/a`, env)).rejects.toMatchObject({
      code: 'E_FETCH',
      facts: { problem },
      hint: expect.stringContaining('SSL_CERT_FILE'),
    });
    expect(rig.pauses).toEqual([]);
    expect(await rig.fetched()).toEqual({});
  });

  test.each([
    ['SSL_CERT_FILE names its authority', { SSL_CERT_FILE: AUTHORITY }],
    [
      'NODE_EXTRA_CA_CERTS does so beside another file',
      { SSL_CERT_FILE: pathOf('self-signed.pem'), NODE_EXTRA_CA_CERTS: AUTHORITY },
    ],
  ])('is trusted when %s', async (_name, env) => {
    await using rig = await FetchRig.open();
    await using server = await TlsServer.start('server');
    await fetchFrom(rig, `https://${server.address}/a`, env);
    expect(await rig.fetched()).toEqual({ a: 'content' });
  });

  test('that is spoken to without TLS, and one without TLS that is spoken to with it', async () => {
    await using rig = await FetchRig.open();
    await expect(rig.fetchOne(`${rig.origin.replace('http:', 'https:')}/a`)).rejects.toMatchObject({
      code: 'E_FETCH',
      facts: { problem: 'the server does not speak TLS there' },
    });
  });

  test('may not send us to one without', async () => {
    await using rig = await FetchRig.open();
    await using server = await TlsServer.start('server');
    rig.serve('/a', (response) => response.writeHead(302, { location: `https://${server.address}/a` }).end());
    await fetchFrom(rig, `${rig.origin}/a`, { SSL_CERT_FILE: AUTHORITY });
    expect(await rig.fetched()).toEqual({ a: 'content' });
  });

  test('needs a file of authorities that can be read, also when it was prepared for', async () => {
    await using rig = await FetchRig.open();
    const file = join(rig.folder, 'missing.pem');
    const url = 'https://127.0.0.1:1/a';
    const fetcher = rig.fetcher({ host: rig.host({ SSL_CERT_FILE: file }) });
    fetcher.prepare([rig.parse(url)]);
    await expect(rig.fetchOne(url, { fetcher })).rejects.toMatchObject({ code: 'E_FETCH', facts: { path: file } });
  });
});
