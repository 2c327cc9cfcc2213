import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Fetcher, Updater } from 'tuf-js';
import { messageOf } from '../../../../errors/index.js';
import type { RegistryHttp } from '../../http.js';
import type { RegistryContext } from '../../resolved-package.js';

export interface PublicRoot {
  /** A trusted root as JSON. */
  readonly text: string;
  /** Why it may not be today's; undefined for one that is. */
  readonly datedBecause: string | undefined;
}

const TARGET = 'trusted_root.json';
/** It is a handful of small files; without them there is still the root of last time. */
const PATIENCE_MS = 15_000;
/** The client itself knows what each file may have at most, but only when it has come. */
const LARGEST_FILE = 5 * 1024 * 1024;

/**
 * The trust root of the public Sigstore, kept up to date as The Update Framework wants it. When its mirror cannot be
 * reached, the one that is in the folder since last time counts, and at first the one that came with the client.
 */
export async function obtainPublicRoot(context: RegistryContext, signal: AbortSignal): Promise<PublicRoot> {
  if (context.trustFolder !== undefined) return obtainIn(context.trustFolder, context.http, signal);
  const folder = await mkdtemp(join(context.host.tmp, 'fettle-sigstore-'));
  try {
    return await obtainIn(folder, context.http, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function obtainIn(folder: string, http: RegistryHttp, signal: AbortSignal): Promise<PublicRoot> {
  const { DEFAULT_MIRROR_URL: mirror } = await import('@sigstore/tuf');
  // As the client names it.
  const place = join(folder, encodeURIComponent(new URL(mirror).host));
  const fetcher = await fetcherOver(http, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
  try {
    await plantSeed(folder, mirror);
    return { text: await readTarget(await openUpdater(place, mirror, fetcher)), datedBecause: undefined };
  } catch (error) {
    signal.throwIfAborted();
    return { text: await readFile(join(place, 'targets', TARGET), 'utf8'), datedBecause: messageOf(error) };
  }
}

/** The client's constructor puts what came with it into the folder, where there is nothing yet, and then reads it. */
async function plantSeed(folder: string, mirrorURL: string): Promise<void> {
  const { TUFClient } = await import('@sigstore/tuf/dist/client.js');
  const plant = (forceInit: boolean) => new TUFClient({ cachePath: folder, mirrorURL, forceCache: true, forceInit });
  try {
    plant(false);
  } catch {
    // Another process may be writing it just now, or was killed while it did.
    plant(true);
  }
}

async function openUpdater(place: string, mirror: string, fetcher: Fetcher): Promise<Updater> {
  const { Updater: Client } = await import('tuf-js');
  return new Client({
    metadataDir: place,
    metadataBaseUrl: mirror,
    targetDir: join(place, 'targets'),
    targetBaseUrl: `${mirror}/targets`,
    // As npm does it: what has not run out is not asked for again.
    forceCache: true,
    fetcher,
  });
}

async function readTarget(updater: Updater): Promise<string> {
  const target = await updater.getTargetInfo(TARGET);
  if (!target) throw new TypeError(`the mirror has no ${TARGET}`);
  return readFile((await updater.findCachedTarget(target)) ?? (await updater.downloadTarget(target)), 'utf8');
}

/** Lets the client ask as everything else here is asked: through the same proxies, believing the same certificates. */
async function fetcherOver(http: RegistryHttp, signal: AbortSignal): Promise<Fetcher> {
  const { BaseFetcher } = await import('tuf-js');
  const { DownloadHTTPError } = await import('tuf-js/dist/error.js');
  class HttpFetcher extends BaseFetcher {
    override async fetch(url: string): Promise<Readable> {
      const request = { headers: {}, signal, encoding: 'latin1', maxBytes: LARGEST_FILE, tries: 1 } as const;
      const { status, body } = await http.get(url, request);
      // The client tells by this that there is no newer root.
      if (status !== 200) throw new DownloadHTTPError(`the mirror answered ${String(status)}`, status);
      return Readable.from([Buffer.from(body, 'latin1')]);
    }
  }
  return new HttpFetcher();
}
