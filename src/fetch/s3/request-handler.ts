import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { HttpClient, HttpExchange } from '../http/http-client.js';

/** What the official client asks of whoever sends its requests; the full type has bodies that no download has. */
interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends the requests of the official client as all others are sent: through proxies, with the certificates trusted here. */
export function requestHandlerOf(client: HttpClient): NonNullable<S3ClientConfig['requestHandler']> {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request: SignedRequest, { abortSignal }: { abortSignal?: unknown } = {}) => {
      const { status, headers, body } = await client.exchange({
        ...addressOf(request),
        method: request.method as HttpExchange['method'],
        headers: request.headers,
        signal: abortSignal as AbortSignal | undefined,
      });
      return { response: { statusCode: status, headers, body } };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function addressOf({ protocol, hostname, port, path, query = {} }: SignedRequest): { origin: string; path: string } {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => pairOf(name, one)));
  return {
    origin: `${protocol}//${hostname}${port === undefined ? '' : `:${String(port)}`}`,
    path: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`,
  };
}

function pairOf(name: string, value: string | readonly string[] | null): string {
  return value === null ? escape(name) : `${escape(name)}=${escape(String(value))}`;
}

/** As signatures are made over it: RFC 3986, which leaves fewer characters as they are than JavaScript does. */
function escape(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
