import { buffer } from 'node:stream/consumers';
import type { Emit } from '../../events/index.js';
import type { RegistryHttp, RegistryRequest } from '../registry/index.js';
import type { HttpClient } from './http-client.js';
import { RefusedResponse } from './http-failure.js';
import { withRetries, type RetryWay } from './retry.js';

export interface RegistryHttpOptions extends RetryWay {
  readonly client: HttpClient;
  readonly emit: Emit;
}

/** Asks registries through the run's own client. Every status is an answer, but an overloaded server is asked again. */
export function createRegistryHttp({ client, ...retry }: RegistryHttpOptions): RegistryHttp {
  return {
    get: (url, request) => withRetries(() => ask(client, url, request), { ...retry, url, signal: request.signal }),
  };
}

async function ask(client: HttpClient, url: string, request: RegistryRequest): ReturnType<RegistryHttp['get']> {
  const answer = await client.get({ url, ...request });
  const body = (await buffer(answer.body)).toString(request.encoding ?? 'utf8');
  if (answer.status === 429 || answer.status >= 500)
    throw new RefusedResponse(answer.status, answer.headers['retry-after']);
  return { status: answer.status, url: answer.url, headers: answer.headers, body };
}
