import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Emit } from '../../events/index.js';
import { digestFile, Digests } from '../digests.js';
import type { Integrity } from '../integrity.js';
import { storageFailure } from '../local-failure.js';
import { redactUrl } from '../redact-url.js';
import { ArrivingBody } from './arriving-body.js';
import type { HttpClient, HttpResponse } from './http-client.js';
import { RefusedResponse, TruncatedBody, WrongPart } from './http-failure.js';
import { validatorOf, type UnfinishedFile } from './unfinished-file.js';

const PROGRESS_EVERY_MS = 100;
const WRITE_BUFFER = 1024 * 1024;

export interface DownloadRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly file: UnfinishedFile;
  readonly expected: Integrity | undefined;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** A whole body, as it was sent. */
export interface Downloaded {
  readonly bytes: number;
  readonly digests: Digests;
  readonly headers: HttpResponse['headers'];
  /** Whether some of it had come before this answer. */
  readonly isResumed: boolean;
}

/**
 * One try to get a file, or the rest of it. The bytes are hashed on their way to the disk; whether they are the right
 * ones is for the caller to ask.
 * @throws RefusedResponse, TruncatedBody, WrongPart, FettleError E_DISK_FULL, or what the network says
 */
export async function download(client: HttpClient, request: DownloadRequest): Promise<Downloaded> {
  const { url, headers, file, expected, signal } = request;
  const kept = await file.keptBytes();
  const response = await client.get({ url, headers: { ...headers, ...file.rangeHeaders(kept) }, signal });
  const part = partOf(response, kept);
  if (!part) throw await refuse(response, kept, file);
  const body = new ArrivingBody(response.body);
  if (part.start === 0) await file.begin(validatorOf(response.headers));
  const meter = new Meter(request, part);
  await save(body, meter.stream, { path: file.path, isContinued: part.start > 0, signal });
  const isWhole = meter.position === part.total;
  // Whatever became of the connection when all had come.
  if (!isWhole) body.assertUncut();
  if (part.total !== null && !isWhole) throw new TruncatedBody(meter.position, part.total);
  if (part.start === 0)
    return { bytes: meter.position, digests: meter.digests, headers: response.headers, isResumed: false };
  // What was there before has passed no meter; and nothing but the file itself says what stands in it.
  const { size: bytes } = await stat(file.path);
  return { bytes, digests: await digestFile(file.path, expected), headers: response.headers, isResumed: true };
}

interface Target {
  readonly path: string;
  readonly isContinued: boolean;
  readonly signal: AbortSignal;
}

/** What has come when the connection is cut is on the disk when this rejects: the next try goes on from there. */
async function save(body: ArrivingBody, meter: Transform, { path, isContinued, signal }: Target): Promise<void> {
  const output = createWriteStream(path, { flags: isContinued ? 'a' : 'wx', highWaterMark: WRITE_BUFFER });
  const closed = new Promise<void>((resolve) => {
    output.once('close', resolve);
  });
  try {
    await pipeline(body.stream, meter, output, { signal });
  } catch (error) {
    throw storageFailure(error, path) ?? error;
  } finally {
    output.destroy();
    await closed;
  }
}

interface Part {
  readonly start: number;
  /** Bytes of the whole file; null when the server does not say. */
  readonly total: number | null;
}

/** The whole file, or exactly the part of it that was asked for; nothing else is of use. */
function partOf({ status, headers }: HttpResponse, kept: number): Part | undefined {
  if (status === 200 || status === 203) return { start: 0, total: contentLength(headers) };
  const total = status === 206 && kept > 0 ? totalOfPart(headers, kept) : undefined;
  return total === undefined ? undefined : { start: kept, total };
}

async function refuse({ status, headers, body }: HttpResponse, kept: number, file: UnfinishedFile): Promise<Error> {
  body.on('error', () => undefined).destroy();
  if (kept === 0 || (status !== 206 && status !== 416)) return new RefusedResponse(status, headers['retry-after']);
  // Perhaps the file has become shorter. The next try asks for all of it.
  await file.discard();
  return new WrongPart(`${status} with the range ${headers['content-range'] ?? '(none)'}`);
}

/** @returns undefined when it is not the rest of the file from `start` on */
function totalOfPart(headers: HttpResponse['headers'], start: number): number | undefined {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec((headers['content-range'] ?? '').trim()) ?? [];
  return Number(first) === start && Number(last) + 1 === Number(total) ? Number(total) : undefined;
}

function contentLength(headers: HttpResponse['headers']): number | null {
  const text = headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

/** Hashes and counts what passes, and tells of it now and then. */
class Meter {
  /** Made here and not inherited from, so that Node's streams are loaded by who downloads something, and nobody else. */
  readonly stream = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      this.#take(chunk);
      done(null, chunk);
    },
  });
  readonly digests: Digests;
  /** How far into the file the bytes have come. */
  position: number;
  readonly #request: DownloadRequest;
  readonly #total: number | null;
  readonly #url: string;
  #toldAt: number;

  constructor(request: DownloadRequest, { start, total }: Part) {
    this.digests = new Digests(request.expected);
    this.position = start;
    this.#request = request;
    this.#total = total;
    this.#url = redactUrl(request.url);
    this.#toldAt = request.now();
  }

  #take(chunk: Buffer): void {
    this.digests.update(chunk);
    this.position += chunk.length;
    const now = this.#request.now();
    if (now - this.#toldAt >= PROGRESS_EVERY_MS) {
      this.#toldAt = now;
      this.#request.emit({ kind: 'download:progress', url: this.#url, bytes: this.position, total: this.#total });
    }
  }
}
