import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FetchRig } from '../fetch-rig.js';
import type { RegistryAnswer, RegistryRequest } from '../registry/index.js';
import { HttpClient } from './http-client.js';
import { createRegistryHttp } from './registry-http.js';

let rig: FetchRig;
let client: HttpClient;
beforeEach(async () => {
  rig = await FetchRig.open();
  client = new HttpClient({ env: {}, connections: 1, timeouts: { connectMs: 10_000, stallMs: 10_000 } });
});
afterEach(async () => {
  await client.close();
  await rig[Symbol.asyncDispose]();
});

function get(url: string, request: Partial<RegistryRequest> = {}): Promise<RegistryAnswer> {
  const policy = { tries: 3, firstPauseMs: 1 };
  const way = { policy, delay: () => Promise.resolve(), random: () => 1, now: () => 0, emit: () => undefined };
  const signal = new AbortController().signal;
  return createRegistryHttp({ client, ...way }).get(url, { headers: {}, signal, ...request });
}

test('an answer may have as many bytes as are allowed', async () => {
  const url = rig.serve('/keys', 'x'.repeat(1000));
  expect((await get(url, { maxBytes: 1000 })).body).toHaveLength(1000);
});

test('a longer answer is refused, and its rest is not waited for', async () => {
  // It never ends.
  const url = rig.serve('/keys', (response) => response.writeHead(200).write('x'.repeat(1001)));
  await expect(get(url, { maxBytes: 1000 })).rejects.toMatchObject({
    code: 'E_REGISTRY',
    facts: { url, expected: 'at most 1000 bytes' },
  });
  expect(rig.requests).toHaveLength(1);
});

test('what one can do without is asked for as often as one says', async () => {
  const url = rig.serve('/root', (response) => response.writeHead(503).end());
  await expect(get(url, { tries: 1 })).rejects.toMatchObject({ code: 'E_FETCH' });
  expect(rig.requests).toHaveLength(1);
  await expect(get(url)).rejects.toMatchObject({ code: 'E_FETCH', facts: { tries: 3 } });
  expect(rig.requests).toHaveLength(4);
});
