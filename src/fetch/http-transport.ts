import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assertExpected } from './checksum.js';
import { download } from './http/download.js';
import type { HttpClient } from './http/http-client.js';
import { withRetries, type Delay } from './http/retry.js';
import { partialPath, publish } from './partial-file.js';
import type { Arrival, Arrived } from './transport.js';

export interface HttpSource {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpTransportOptions {
  readonly client: HttpClient;
  readonly delay: Delay;
  readonly now: () => number;
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
  const { client, now } = options;
  const { directory, expected, url, emit, signal } = arrival;
  const file = partialPath(directory);
  try {
    const { bytes, digests } = await withRetries(
      () => download(client, { ...source, file, expected, emit, signal, now }),
      { ...options, url: source.url, signal, emit },
    );
    await assertExpected({ file, bytes, digests, expected, url });
    signal.throwIfAborted();
    await publish(file, join(directory, arrival.fileName));
    return { bytes, digest: digests.hex('sha256') };
  } finally {
    await rm(file, { force: true });
  }
}
