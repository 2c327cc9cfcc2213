import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FettleError } from '../../errors/index.js';
import type { Emit } from '../../events/index.js';
import { redactUrl } from '../redact-url.js';
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
    get: (url, request) => {
      const { tries = retry.policy.tries, signal } = request;
      const policy = { ...retry.policy, tries: Math.min(tries, retry.policy.tries) };
      return withRetries(() => ask(client, url, request), { ...retry, policy, url, signal });
    },
  };
}

async function ask(client: HttpClient, url: string, request: RegistryRequest): ReturnType<RegistryHttp['get']> {
  const { encoding = 'utf8', maxBytes = Infinity, headers, signal } = request;
  const answer = await client.get({ url, headers, signal });
  const body = (await readUpTo(maxBytes, answer.body, url)).toString(encoding);
  if (answer.status === 429 || answer.status >= 500)
    throw new RefusedResponse(answer.status, answer.headers['retry-after']);
  return { status: answer.status, url: answer.url, headers: answer.headers, body };
}

/** Ends the connection as soon as it is too much, however much the server has yet to send. */
async function readUpTo(maxBytes: number, body: Readable, url: string): Promise<Buffer> {
  if (maxBytes === Infinity) return buffer(body);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLong(url, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLong(url: string, maxBytes: number): FettleError {
  return new FettleError('E_REGISTRY', 'What the registry answers is too long to be what was asked for.', {
    facts: { url: redactUrl(url), expected: `at most ${maxBytes} bytes` },
    hint: 'Check the address of the registry; try again later.',
  });
}
