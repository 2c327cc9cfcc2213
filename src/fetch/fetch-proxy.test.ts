import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FetchRig } from './fetch-rig.js';
import { readProxies } from './http/proxies.js';
import { ProxyServer } from '../../functional_tests/support/proxy-server.js';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../test_data/tls/${name}`, import.meta.url));

describe('which proxy', () => {
  test.each([
    [{}, '', '', ''],
    [{ HTTP_PROXY: 'http://a:1', http_proxy: 'http://b:2' }, 'http://b:2', '', ''],
    [{ ALL_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2' }, 'http://a:1', 'http://b:2', ''],
    [{ all_proxy: 'http://a:1', http_proxy: '' }, '', 'http://a:1', ''],
    [{ HTTPS_PROXY: 'proxy.test:3128', NO_PROXY: 'x,y', no_proxy: 'z' }, '', 'http://proxy.test:3128', 'z'],
    [{ ALL_PROXY: 'socks5h://a:1' }, 'socks5://a:1', 'socks5://a:1', ''],
  ])('%j', (env, httpProxy, httpsProxy, noProxy) => {
    expect(readProxies(env as Record<string, string>)).toEqual({ httpProxy, httpsProxy, noProxy });
  });
});

describe('a proxy', () => {
  const via = (rig: FetchRig, env: Record<string, string>) => ({ fetcher: rig.fetcher({ host: rig.host(env) }) });

  test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'])('that %s names is used', async (name) => {
    await using rig = await FetchRig.open();
    await using proxy = await ProxyServer.start();
    const url = rig.serve('/a', 'content');
    await rig.fetchOne(url, via(rig, { [name]: proxy.address }));
    expect(proxy.asked).toEqual([`GET ${url}`]);
    expect(await rig.fetched()).toEqual({ a: 'content' });
  });

  test.each(['127.0.0.1', '*', 'other.test, 127.0.0.1'])('is passed by for NO_PROXY=%s', async (NO_PROXY) => {
    await using rig = await FetchRig.open();
    await using proxy = await ProxyServer.start();
    await rig.fetchOne(rig.serve('/a', 'content'), via(rig, { HTTP_PROXY: proxy.address, NO_PROXY }));
    expect(proxy.asked).toEqual([]);
  });

  test('makes a tunnel to a server with TLS, whose certificate counts', async () => {
    await using rig = await FetchRig.open();
    await using proxy = await ProxyServer.start();
    const server = createServer(
      { key: readFileSync(pathOf('server.key')), cert: readFileSync(pathOf('server.pem')) },
      (_request, response) => void response.end('content'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using _ended = {
      [Symbol.asyncDispose]: async () => {
        await rig.close();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
    const { port } = server.address() as AddressInfo;
    const HTTPS_PROXY = `http://me:p%40ss@${proxy.address}`;
    const url = `https://127.0.0.1:${port}/a`;
    await rig.fetchOne(url, via(rig, { HTTPS_PROXY, SSL_CERT_FILE: pathOf('authority.pem') }));
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${port}`]);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
    await expect(rig.fetchOne(url, via(rig, { HTTPS_PROXY }))).rejects.toMatchObject({
      facts: { problem: "the server's certificate is not trusted" },
    });
  });

  test.each([
    ['http://127.0.0.1:9/a', 407, { problem: 'the proxy answered 407' }],
    ['https://127.0.0.1:9/a', 407, { problem: 'the proxy answered 407' }],
    ['https://127.0.0.1:9/a', 403, { problem: 'the proxy answered 403' }],
  ])('that refuses is named: %s, %i', async (url, status, facts) => {
    await using rig = await FetchRig.open();
    await using proxy = await ProxyServer.start(status);
    await expect(rig.fetchOne(url, via(rig, { ALL_PROXY: proxy.address }))).rejects.toMatchObject({
      code: 'E_FETCH',
      facts,
      hint: expect.stringContaining('PROXY'),
    });
    expect(rig.pauses).toEqual([]);
  });
});
