import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError } from '../errors/index.js';
import { assertExpected, isExpected, type Delivery } from './checksum.js';
import { digestFile } from './digests.js';
import { decodeFile, encodingOf, isFileItself } from './http/content-encoding.js';
import { download, type Downloaded } from './http/download.js';
import type { HostCredentials } from './http/host-credentials.js';
import type { HttpClient } from './http/http-client.js';
import { withRetries, type RetryWay } from './http/retry.js';
import { UnfinishedFile } from './http/unfinished-file.js';
import { keptPartial, partialPath, publish } from './partial-file.js';
import type { Arrival, Arrived } from './transport.js';
import { refuseWebPage } from './web-page.js';

export interface HttpSource {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpTransportOptions {
  readonly client: HttpClient;
  readonly retries: RetryWay;
  /** What the user keeps for the host; headers that are there already count more. */
  readonly credentials?: HostCredentials | undefined;
}

/**
 * Downloads a file beside its final name, and gives it that name when it is whole and right.
 * @throws FettleError E_FETCH, E_CHECKSUM, E_DISK_FULL
 */
export async function downloadFile(
  source: HttpSource,
  arrival: Arrival,
  options: HttpTransportOptions,
): Promise<Arrived> {
  const { directory, expected, url, signal } = arrival;
  const file = await openUnfinished(source, arrival);
  const decoded = partialPath(directory);
  try {
    const body = await downloadWhole(source, file, arrival, options);
    const delivery = { ...(await asSent(body, decoded, { file: file.path, arrival })), expected, url };
    await assertExpected(delivery);
    if (!expected) await refuseWebPage({ ...delivery, ...arrival, contentType: body.headers['content-type'] });
    signal.throwIfAborted();
    await publish(delivery.file, join(directory, arrival.fileName));
    await file.discard();
    return { bytes: delivery.bytes, digest: delivery.digests.hex('sha256') };
  } catch (error) {
    // What is whole and wrong is of no use to anybody.
    await (isFinal(error) ? file.discard() : file.leave());
    throw tellCredentials(error, options.credentials);
  } finally {
    await rm(decoded, { force: true });
  }
}

function openUnfinished({ url }: HttpSource, { directory, isKept }: Arrival): Promise<UnfinishedFile> {
  if (isKept !== true) return UnfinishedFile.open(partialPath(directory), url);
  const { file, record } = keptPartial(directory);
  return UnfinishedFile.open(file, url, record);
}

/** A file that was put together from parts and is wrong gets a second chance, in one piece. */
async function downloadWhole(
  source: HttpSource,
  file: UnfinishedFile,
  arrival: Arrival,
  options: HttpTransportOptions,
): Promise<Downloaded> {
  const first = await downloadWithRetries(source, file, arrival, options);
  if (!first.isResumed || !arrival.expected || encodingOf(first.headers) !== undefined) return first;
  if (isExpected(first.digests, arrival.expected)) return first;
  await file.discard();
  return downloadWithRetries(source, file, arrival, options);
}

function downloadWithRetries(
  { url, headers }: HttpSource,
  file: UnfinishedFile,
  { expected, emit, signal }: Arrival,
  { client, retries, credentials }: HttpTransportOptions,
): Promise<Downloaded> {
  const request = {
    ...{ url, file, expected, emit, signal, now: retries.now },
    headers: { ...(credentials && { authorization: credentials.authorization }), ...headers },
  };
  return withRetries(() => download(client, request), {
    ...{ ...retries, url, signal, emit },
    progress: () => file.keptBytes(),
  });
}

/** The file as its author made it: what the server did to it on its way is undone. */
async function asSent(
  { headers, bytes, digests }: Downloaded,
  decoded: string,
  { file, arrival }: { readonly file: string; readonly arrival: Arrival },
): Promise<Pick<Delivery, 'file' | 'bytes' | 'digests'>> {
  const encoding = encodingOf(headers);
  const { expected, fileName, url, signal } = arrival;
  const isWhole =
    encoding === undefined ||
    (expected ? isExpected(digests, expected) : isFileItself(encoding, fileName, headers['content-type']));
  if (isWhole) return { file, bytes, digests };
  await decodeFile(encoding, { from: file, to: decoded, url, signal });
  return { file: decoded, bytes: (await stat(decoded)).size, digests: await digestFile(decoded, expected) };
}

function isFinal(error: unknown): boolean {
  return error instanceof FettleError && (error.code === 'E_CHECKSUM' || error.facts['content'] !== undefined);
}

/** Whoever is refused wants to know which of their credentials were shown. */
function tellCredentials(error: unknown, credentials: HostCredentials | undefined): unknown {
  if (!credentials || !(error instanceof FettleError) || ![401, 403, 404].includes(Number(error.facts['status']))) {
    return error;
  }
  return new FettleError(error.code, error.message, {
    facts: { ...error.facts, credentials: credentials.origin },
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error.cause,
  });
}
