import { text } from 'node:stream/consumers';
import type { Emit } from '../../events/index.js';
import type { RegistryHttp, RegistryRequest } from '../registry/index.js';
import type { HttpClient } from './http-client.js';
import { RefusedResponse } from './http-failure.js';
import { withRetries, type Delay } from './retry.js';

export interface RegistryHttpOptions {
  readonly client: HttpClient;
  readonly emit: Emit;
  readonly delay: Delay;
  readonly now: () => number;
}

/** Asks registries through the run's own client. Every status is an answer, but an overloaded server is asked again. */
export function createRegistryHttp({ client, ...retry }: RegistryHttpOptions): RegistryHttp {
  return {
    get: (url, request) => withRetries(() => ask(client, url, request), { ...retry, url, signal: request.signal }),
  };
}

async function ask(client: HttpClient, url: string, request: RegistryRequest): ReturnType<RegistryHttp['get']> {
  const answer = await client.get({ url, ...request });
  const body = await text(answer.body);
  if (answer.status === 429 || answer.status >= 500)
    throw new RefusedResponse(answer.status, answer.headers['retry-after']);
  return { status: answer.status, url: answer.url, headers: answer.headers, body };
}
