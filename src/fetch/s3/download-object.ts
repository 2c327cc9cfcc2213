import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FettleError, hasCode, messageOf } from '../../errors/index.js';
import { assertExpected } from '../checksum.js';
import { Digests } from '../digests.js';
import { storageFailure } from '../local-failure.js';
import { partialPath, publish } from '../partial-file.js';
import type { Arrival, Arrived } from '../transport.js';
import type { S3Address } from './s3-address.js';
import type { ObjectStorage } from './s3-client.js';

/** How often a body may break off; the client itself sees to requests that fail before one comes. */
const TRIES = 3;
const PROGRESS_BYTES = 1024 * 1024;

/**
 * Downloads an object beside its final name, and gives it that name when it is whole and right. Its ETag proves nothing:
 * of an object uploaded in parts it is no digest of the content.
 * @throws FettleError E_FETCH, E_CHECKSUM, E_DISK_FULL
 */
export async function downloadObject(storage: ObjectStorage, address: S3Address, arrival: Arrival): Promise<Arrived> {
  const { directory, fileName, expected, url, signal } = arrival;
  const file = partialPath(directory);
  try {
    const { bytes, digests } = await saveWithRetries(storage, address, { file, arrival });
    await assertExpected({ file, bytes, digests, expected, url });
    signal.throwIfAborted();
    await publish(file, join(directory, fileName));
    return { bytes, digest: digests.hex('sha256') };
  } finally {
    await rm(file, { force: true });
  }
}

interface Target {
  readonly file: string;
  readonly arrival: Arrival;
}

interface Saved {
  readonly bytes: number;
  readonly digests: Digests;
}

async function saveWithRetries(storage: ObjectStorage, address: S3Address, target: Target): Promise<Saved> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask(storage, address, target.arrival);
    try {
      return await save(answer, target);
    } catch (error) {
      target.arrival.signal.throwIfAborted();
      const full = storageFailure(error, target.file);
      if (full) throw full;
      if (tries === TRIES) throw brokenOff(error, target.arrival, tries);
    }
  }
}

interface Answer {
  readonly body: Readable;
  readonly length: number | undefined;
}

async function ask(storage: ObjectStorage, address: S3Address, { url, signal }: Arrival): Promise<Answer> {
  try {
    const { Body: body, ContentLength: length } = await storage.get(address, signal);
    // Without content there is no body.
    return { body: body instanceof Readable ? body : Readable.from([]), length };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof FettleError ? error : refused(error, address, url);
  }
}

async function save({ body, length }: Answer, { file, arrival }: Target): Promise<Saved> {
  const { emit, expected, signal, url } = arrival;
  const digests = new Digests(expected);
  let bytes = 0;
  let told = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digests.update(chunk);
      bytes += chunk.length;
      if (bytes - told >= PROGRESS_BYTES) {
        told = bytes;
        emit({ kind: 'download:progress', url, bytes, total: length ?? null });
      }
      done(null, chunk);
    },
  });
  await pipeline(body, meter, createWriteStream(file), { signal });
  if (length !== undefined && bytes !== length) throw new Error(`${bytes} of ${length} bytes came`);
  emit({ kind: 'download:progress', url, bytes, total: bytes });
  return { bytes, digests };
}

interface ServiceFailure {
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

function refused(error: unknown, { bucket, key }: S3Address, url: string): FettleError {
  const { name, $metadata } = (error ?? {}) as ServiceFailure;
  const status = $metadata?.httpStatusCode;
  return new FettleError('E_FETCH', `The object ${url} cannot be had: ${messageOf(error)}`, {
    facts: {
      ...{ url, bucket, key },
      ...(typeof name === 'string' && { answer: name }),
      ...(typeof status === 'number' && { status }),
    },
    hint: HINTS[String(status)] ?? 'Check the network, the region (AWS_REGION) and the endpoint (AWS_ENDPOINT_URL).',
    cause: error,
  });
}

const HINTS: Readonly<Record<string, string>> = {
  404: 'Check the names of the bucket and the object.',
  403: 'Check the credentials (AWS_ACCESS_KEY_ID, AWS_PROFILE) and that they may read the object.',
};

function brokenOff(error: unknown, { url }: Arrival, tries: number): FettleError {
  if (error instanceof FettleError || hasCode(error, 'EACCES', 'EROFS')) throw error;
  return new FettleError('E_FETCH', `The download of ${url} broke off: ${messageOf(error)}`, {
    facts: { url, tries },
    hint: 'Try again later.',
    cause: error,
  });
}
