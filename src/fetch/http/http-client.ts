import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Host } from '../../host/index.js';
import { readProxies } from './proxies.js';
import { firstHop, nextHop } from './redirect.js';
import { readTrustedCertificates } from './trusted-certificates.js';

/** Milliseconds until we give up. */
export interface HttpTimeouts {
  /** To be connected. */
  readonly connectMs: number;
  /** Without a byte, before and while the answer comes. */
  readonly stallMs: number;
}

export interface HttpClientOptions {
  readonly env: Host['env'];
  /** Connections to one host and port at once. */
  readonly connections: number;
  readonly timeouts: HttpTimeouts;
}

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface HttpExchange {
  /** `https://host:port`. */
  readonly origin: string;
  /** Encoded, with the query. */
  readonly path: string;
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** An answer of any status. Its body must be read or destroyed. */
export interface HttpResponse {
  readonly status: number;
  /** Names are lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came: content encodings are not undone, because a file's digest is that of its bytes. */
  readonly body: Readable;
  /** Where the answer came from after redirects. */
  readonly url: string;
}

/** Asks servers, through the proxies that the environment names, and follows redirects. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  #dispatcher: Promise<Dispatcher> | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** Loads what the first request needs. What fails is told to those who ask. */
  prepare(): void {
    this.#connections().catch(() => undefined);
  }

  /** @throws FettleError E_FETCH for a redirect that is refused; else the errors of the network as they come */
  async get(request: HttpRequest): Promise<HttpResponse> {
    let hop = firstHop(request.url, request.headers);
    for (;;) {
      const answer = await this.#send(hop.url, hop.headers, request.signal);
      const next = nextHop(hop, answer);
      if (!next) return answer;
      // Nobody reads what a redirect says; without this its connection would be held.
      answer.body.on('error', () => undefined).destroy();
      hop = next;
    }
  }

  /**
   * One exchange, redirects and refusals as they come: for clients that do the rest themselves. The path goes out letter
   * by letter, for it may be signed.
   * @throws the errors of the network as they come
   */
  async exchange({ origin, path, method, headers, signal }: HttpExchange): Promise<Omit<HttpResponse, 'url'>> {
    const connections = await this.#connections();
    const answer = await connections.request({ ...this.#waits(), origin, path, method, headers, signal });
    return { status: answer.statusCode, headers: flatten(answer.headers), body: answer.body };
  }

  async close(): Promise<void> {
    // One that could not be made has been told of to whoever needed it.
    const dispatcher = await this.#dispatcher?.catch(() => undefined);
    this.#dispatcher = undefined;
    await dispatcher?.destroy();
  }

  async #send(url: URL, headers: HttpRequest['headers'], signal: AbortSignal): Promise<HttpResponse> {
    const { request } = await import('undici');
    const { address, authorization } = separateCredentials(url);
    const answer = await request(address, {
      ...this.#waits(),
      dispatcher: await this.#connections(),
      headers: { 'user-agent': 'fettle', 'accept-encoding': 'identity', ...authorization, ...headers },
      signal,
    });
    return { status: answer.statusCode, headers: flatten(answer.headers), body: answer.body, url: address.href };
  }

  #connections(): Promise<Dispatcher> {
    return (this.#dispatcher ??= createDispatcher(this.#options));
  }

  /** Said with each request: undici does not tell the agents behind a proxy. */
  #waits(): { readonly headersTimeout: number; readonly bodyTimeout: number } {
    const { stallMs } = this.#options.timeouts;
    return { headersTimeout: stallMs, bodyTimeout: stallMs };
  }
}

async function createDispatcher({ env, connections, timeouts }: HttpClientOptions): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici');
  const authorities = await readTrustedCertificates(env);
  const connect = { timeout: timeouts.connectMs, ...(authorities && { ca: [...authorities] }) };
  return new EnvHttpProxyAgent({
    ...readProxies(env),
    // Plain requests are put to the proxy as such: many refuse to open tunnels to port 80.
    proxyTunnel: false,
    connections,
    connect,
    requestTls: connect,
    proxyTls: connect,
  });
}

/** User and password of a URL go into a header; undici ignores them where they stand. */
function separateCredentials(url: URL): { readonly address: URL; readonly authorization: Record<string, string> } {
  if (url.username === '' && url.password === '') return { address: url, authorization: {} };
  const address = new URL(url);
  const pair = `${decode(url.username)}:${decode(url.password)}`;
  address.username = '';
  address.password = '';
  return { address, authorization: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** A `%` that starts no escape stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const entries = Object.entries(headers).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]));
}
