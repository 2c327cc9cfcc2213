import type { IncomingMessage } from 'node:http';
import type { Answer } from './fetch-rig.js';

export interface RangeServerOptions {
  /** Default: a strong entity tag. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether parts are served. Default true. */
  readonly servesParts?: boolean;
}

/** A file as servers serve it: whole, or from some byte on when `if-range` fits; the connection may be cut. */
export class ServedFile {
  /** Bytes of the body that were handed to the network. */
  bytesSent = 0;
  readonly ranges: (string | undefined)[] = [];

  constructor(
    private readonly content: Buffer,
    private readonly options: RangeServerOptions = {},
  ) {}

  whole(): Answer {
    return this.#answer(Infinity);
  }

  /** Cuts the connection when the body has come to this byte of the file. */
  cutAt(offset: number): Answer {
    return this.#answer(offset);
  }

  #answer(cutAt: number): Answer {
    const { headers = { etag: '"one"' }, servesParts = true } = this.options;
    return (response, request) => {
      this.ranges.push(request.headers.range);
      const start = servesParts ? startOf(request, headers) : 0;
      const total = this.content.length;
      const rest = this.content.subarray(start);
      response.writeHead(start > 0 ? 206 : 200, {
        ...headers,
        'content-length': rest.length,
        ...(start > 0 && { 'content-range': `bytes ${start}-${total - 1}/${total}` }),
      });
      const part = this.content.subarray(start, Math.max(start, cutAt));
      this.bytesSent += part.length;
      if (cutAt >= total) return void response.end(part);
      if (part.length === 0) {
        response.flushHeaders();
        return void setImmediate(() => response.destroy());
      }
      response.write(part, () => response.destroy());
    };
  }
}

function startOf({ headers: asked }: IncomingMessage, headers: Readonly<Record<string, string>>): number {
  const validator = headers['etag'] ?? headers['last-modified'];
  if (asked.range === undefined || asked['if-range'] !== validator) return 0;
  return Number(/^bytes=(\d+)-$/.exec(asked.range)?.[1] ?? 0);
}
