import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface SeenRequest {
  readonly method: string;
  /** With the query, as the client wrote it. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers one request. What it throws becomes a 500. */
export type Responder = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A web server on 127.0.0.1 that answers as the test says and remembers what it was asked. */
export class LoopbackServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  readonly #responders = new Map<string, Responder>();
  readonly #server: Server;

  private constructor(private readonly certificate: string | undefined) {
    const answer = (request: IncomingMessage, response: ServerResponse): void => void this.#answer(request, response);
    this.#server = certificate === undefined ? createServer(answer) : createSecureServer(keysOf(certificate), answer);
  }

  /** @param certificate one of test_data/tls, for a server that speaks TLS */
  static async start(certificate?: string): Promise<LoopbackServer> {
    const loopback = new LoopbackServer(certificate);
    loopback.#server.listen(0, '127.0.0.1');
    await once(loopback.#server, 'listening');
    return loopback;
  }

  get origin(): string {
    const scheme = this.certificate === undefined ? 'http' : 'https';
    return `${scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers `path` (query ignored) from now on. @returns its URL */
  serve(path: string, answer: string | Uint8Array | Responder): string {
    this.#responders.set(path, typeof answer === 'function' ? answer : respondWith(answer));
    return this.origin + path;
  }

  /** Resolves when `path` (query ignored) has been asked for. */
  requested(path: string): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.count(path) > 0) resolve();
        else this.#server.once('request', check);
      };
      check();
    });
  }

  /** How often `path` (query ignored) was asked for. */
  count(path: string): number {
    return this.requests.filter((request) => pathOnly(request.path) === path).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    this.requests.push({ method: request.method ?? 'GET', path, headers: request.headers });
    const responder = this.#responders.get(pathOnly(path)) ?? respondWith('not here', { status: 404 });
    try {
      await responder(request, response);
    } catch (error) {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    }
  }
}

/** A file of test_data/tls. */
export function certificateFile(name: string): string {
  return fileURLToPath(new URL(`../../test_data/tls/${name}`, import.meta.url));
}

function keysOf(certificate: string): { readonly key: Buffer; readonly cert: Buffer } {
  const [key, cert] = [certificateFile('server.key'), certificateFile(`${certificate}.pem`)];
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

export interface ResponseOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function respondWith(
  body: string | Uint8Array,
  { status = 200, headers = {} }: ResponseOptions = {},
): Responder {
  return (_request, response) => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    response.end(body);
  };
}

/** Promises the whole body, sends its first `bytes`, then cuts the connection. */
export function cutAfter(bytes: number, body: Uint8Array): Responder {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, bytes), () => response.destroy());
  };
}

/** Sends the file, or the rest of it when that is asked for and is of the same file; `cutAt` cuts the connection there. */
export function servePart(body: Uint8Array, cutAt = Infinity, etag = '"same"'): Responder {
  return ({ headers }, response) => {
    const asked = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
    const start = asked !== undefined && headers['if-range'] === etag ? Number(asked) : 0;
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      'content-length': body.length - start,
      ...(start > 0 && { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }),
    });
    if (cutAt >= body.length) response.end(body.subarray(start));
    else response.write(body.subarray(start, Math.max(start, cutAt)), () => response.destroy());
  };
}

/** Sends headers and the first `bytes` of the body, and the rest when `released` resolves. */
export function holdAfter(bytes: number, body: Uint8Array, released: Promise<void>): Responder {
  return async (_request, response) => {
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, bytes));
    await released;
    response.end(body.subarray(bytes));
  };
}

/** The first request gets the first answer, and so on; the last answer stays. */
export function inTurn(...responders: readonly [Responder, ...Responder[]]): Responder {
  let next = 0;
  return (request, response) => {
    const responder = responders[Math.min(next, responders.length - 1)] ?? responders[0];
    next += 1;
    return responder(request, response);
  };
}

function pathOnly(path: string): string {
  return path.split('?')[0] ?? path;
}
