import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Emit } from '../../events/index.js';
import { Digests } from '../digests.js';
import type { Integrity } from '../integrity.js';
import { storageFailure } from '../local-failure.js';
import { redactUrl } from '../redact-url.js';
import type { HttpClient, HttpResponse } from './http-client.js';
import { RefusedResponse, TruncatedBody } from './http-failure.js';

const PROGRESS_EVERY_MS = 100;
const WRITE_BUFFER = 1024 * 1024;

export interface DownloadRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A file that does not exist yet, or is left from an earlier try. */
  readonly file: string;
  readonly expected: Integrity | undefined;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

export interface Downloaded {
  readonly bytes: number;
  readonly digests: Digests;
}

/**
 * One try to get a file. The bytes are hashed on their way to the disk; whether they are the right ones is for the
 * caller to ask.
 * @throws RefusedResponse, TruncatedBody, FettleError E_DISK_FULL, or what the network says
 */
export async function download(client: HttpClient, request: DownloadRequest): Promise<Downloaded> {
  const { url, headers, signal } = request;
  const response = await client.get({ url, headers, signal });
  assertWhole(response);
  const total = contentLength(response);
  const meter = new Meter(request, total);
  try {
    const file = createWriteStream(request.file, { flags: 'w', highWaterMark: WRITE_BUFFER });
    await pipeline(response.body, meter, file, { signal });
  } catch (error) {
    throw storageFailure(error, request.file) ?? error;
  }
  if (total !== null && meter.bytes !== total) throw new TruncatedBody(meter.bytes, total);
  return { bytes: meter.bytes, digests: meter.digests };
}

/** Only a plain answer has the whole file in it. */
function assertWhole({ status, headers, body }: HttpResponse): void {
  if (status === 200 || status === 203) return;
  body.on('error', () => undefined).destroy();
  throw new RefusedResponse(status, headers['retry-after']);
}

function contentLength({ headers }: HttpResponse): number | null {
  const text = headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

/** Hashes and counts what passes, and tells of it now and then. */
class Meter extends Transform {
  readonly digests: Digests;
  bytes = 0;
  readonly #request: DownloadRequest;
  readonly #total: number | null;
  readonly #url: string;
  #toldAt: number;

  constructor(request: DownloadRequest, total: number | null) {
    super();
    this.digests = new Digests(request.expected);
    this.#request = request;
    this.#total = total;
    this.#url = redactUrl(request.url);
    this.#toldAt = request.now();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.digests.update(chunk);
    this.bytes += chunk.length;
    const now = this.#request.now();
    if (now - this.#toldAt >= PROGRESS_EVERY_MS) {
      this.#toldAt = now;
      this.#request.emit({ kind: 'download:progress', url: this.#url, bytes: this.bytes, total: this.#total });
    }
    done(null, chunk);
  }
}
