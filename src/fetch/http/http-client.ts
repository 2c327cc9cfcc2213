import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Host } from '../../host/index.js';
import { nextHop } from './redirect.js';

/** Milliseconds until we give up. */
export interface HttpTimeouts {
  /** To be connected. */
  readonly connectMs: number;
  /** Without a byte, before and while the answer comes. */
  readonly stallMs: number;
}

export interface HttpClientOptions {
  readonly env: Host['env'];
  /** Connections to one server. */
  readonly connections: number;
  readonly timeouts: HttpTimeouts;
}

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
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

  /** @throws FettleError E_FETCH for a redirect that is refused; else the errors of the network as they come */
  async get(request: HttpRequest): Promise<HttpResponse> {
    let hop = { url: new URL(request.url), headers: request.headers, count: 0 };
    for (;;) {
      const answer = await this.#send(hop.url, hop.headers, request.signal);
      const next = nextHop(hop, answer);
      if (!next) return answer;
      // Nobody reads what a redirect says; without this its connection would be held.
      answer.body.on('error', () => undefined).destroy();
      hop = next;
    }
  }

  async close(): Promise<void> {
    const dispatcher = await this.#dispatcher;
    this.#dispatcher = undefined;
    await dispatcher?.destroy();
  }

  async #send(url: URL, headers: HttpRequest['headers'], signal: AbortSignal): Promise<HttpResponse> {
    const { request } = await import('undici');
    const { address, authorization } = separateCredentials(url);
    const answer = await request(address, {
      dispatcher: await (this.#dispatcher ??= createDispatcher(this.#options)),
      headers: { 'user-agent': 'fettle', 'accept-encoding': 'identity', ...authorization, ...headers },
      signal,
    });
    return { status: answer.statusCode, headers: flatten(answer.headers), body: answer.body, url: address.href };
  }
}

async function createDispatcher({ env, connections, timeouts }: HttpClientOptions): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici');
  return new EnvHttpProxyAgent({
    // Empty rather than left out: undici would look into the environment of the process itself.
    httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
    httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
    noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
    // Plain requests are put to the proxy as such: many refuse to open tunnels to port 80.
    proxyTunnel: false,
    connections,
    connect: { timeout: timeouts.connectMs },
    headersTimeout: timeouts.stallMs,
    bodyTimeout: timeouts.stallMs,
  });
}

/** User and password of a URL go into a header; undici ignores them where they stand. */
function separateCredentials(url: URL): { readonly address: URL; readonly authorization: Record<string, string> } {
  if (url.username === '' && url.password === '') return { address: url, authorization: {} };
  const address = new URL(url);
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  address.username = '';
  address.password = '';
  return { address, authorization: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const entries = Object.entries(headers).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]));
}
