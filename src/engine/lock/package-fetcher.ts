import { FettleError } from '../../errors/index.js';
import {
  needsDigest,
  type FetchedFile,
  type Fetcher,
  type FetchOptions,
  type FetchRequest,
} from '../../fetch/index.js';
import type { DownloadPins, ExactDownload } from './download-pins.js';
import { asLockMismatch } from './lock-mismatch.js';
import type { AskedBy, PackageLock } from './package-lock.js';
import { noDigest } from './no-digest.js';

/** A download of a package that was made now. */
export interface MadeDownload {
  /** As the recipe asked for it. */
  readonly request: FetchRequest;
  readonly exact: ExactDownload;
  readonly file: FetchedFile;
}

export interface PackageFetcherOptions {
  readonly fetcher: Pick<Fetcher, 'fetchAll'>;
  readonly pins: DownloadPins;
  readonly lock: PackageLock;
  readonly askedBy: AskedBy;
  /** Set for a strict manifest: its file. */
  readonly strictManifest: string | undefined;
}

/** Fetches for one package: what the lock file says, exactly, and it remembers what came. */
export class PackageFetcher implements Pick<Fetcher, 'fetchAll'> {
  readonly #made = new Map<string, MadeDownload>();

  constructor(private readonly options: PackageFetcherOptions) {}

  /** What was fetched so far; local files are no downloads. */
  get made(): ReadonlyMap<string, MadeDownload> {
    return this.#made;
  }

  /** @throws FettleError E_LOCK_MISMATCH, E_LOCK_OUTDATED, E_RELEASE_AGE, and what Fetcher.fetchAll throws */
  async fetchAll(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly FetchedFile[]> {
    this.#refuseUnvouched(requests);
    const exacts = await this.#exact(requests);
    options.signal.throwIfAborted();
    const files = await this.#fetch(exacts, options);
    files.forEach((file, index) => {
      const [request, exact] = [requests[index], exacts[index]];
      if (request && exact && request.source.kind !== 'path')
        this.#made.set(this.options.pins.keyOf(request), { request, exact, file });
    });
    return files;
  }

  /** What the recipe declares was looked at before the run began. */
  #refuseUnvouched(requests: readonly FetchRequest[]): void {
    const { strictManifest, askedBy, lock } = this.options;
    if (strictManifest === undefined || askedBy === 'declaration') return;
    const missing = requests.filter(({ source, integrity }) => needsDigest(source) && !integrity);
    if (missing.length === 0) return;
    throw noDigest(
      strictManifest,
      missing.map(({ source }) => `${lock.id}: ${source.text}`),
    );
  }

  /** Whoever is refused, the others are asked for too, so that all that is wrong comes to light at once. */
  async #exact(requests: readonly FetchRequest[]): Promise<readonly ExactDownload[]> {
    const { pins, lock, askedBy } = this.options;
    const exacts = requests.map((request) => pins.exact(lock, request, askedBy));
    await Promise.allSettled(exacts);
    return Promise.all(exacts);
  }

  async #fetch(exacts: readonly ExactDownload[], options: FetchOptions): Promise<readonly FetchedFile[]> {
    try {
      return await this.options.fetcher.fetchAll(
        exacts.map(({ request }) => request),
        options,
      );
    } catch (error) {
      throw error instanceof FettleError ? asLockMismatch(error, exacts, this.options.lock.id) : error;
    }
  }
}
