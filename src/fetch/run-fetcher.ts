import { join } from 'node:path';
import { FettleError, hasCode } from '../errors/index.js';
import { allowManyListeners } from '../support/many-listeners.js';
import { combineFailures } from './fetch-failures.js';
import type { FetchedFile, FetchOptions, Fetcher, FetchRequest, PinnedFetch, ResolvedFetch } from './fetcher.js';
import { checkFileName, fileNameOf } from './file-name.js';
import { MirrorMap } from './mirrors.js';
import { assertNamesDiffer } from './name-clashes.js';
import { removeStalePartials } from './partial-file.js';
import { pinFetch } from './pin.js';
import { redactUrl } from './redact-url.js';
import { findReusable } from './reuse.js';
import type { Source } from './source.js';
import { SharedDownloads, type DownloadStoreOptions } from './store/index.js';
import type { Arrival, Arrived } from './transport.js';
import { Transports, type TransportOptions } from './transports.js';
import { makeFolder } from '../support/make-folder.js';

export interface FetcherOptions extends TransportOptions {
  /** Where downloads are kept for all packages and processes. Without it each is downloaded for itself. */
  readonly store?: DownloadStoreOptions;
}

/** Opens a fetcher for a run. Nothing is loaded or connected before it is needed. */
export function createFetcher(options: FetcherOptions): Fetcher {
  return new RunFetcher(options);
}

class RunFetcher implements Fetcher {
  readonly #transports: Transports;
  readonly #mirrors: MirrorMap;
  readonly #shared: SharedDownloads | undefined;
  readonly #host: FetcherOptions['host'];

  constructor(options: FetcherOptions) {
    const { host, store } = options;
    this.#transports = new Transports({ ...options, ...(store && storesIn(store)) });
    this.#host = host;
    this.#mirrors = new MirrorMap(host);
    this.#shared = store && new SharedDownloads(store, () => host.now());
  }

  prepare(requests: readonly FetchRequest[]): void {
    for (const { source } of requests) this.#transports.prepare(source);
  }

  async resolve(request: FetchRequest, signal: AbortSignal): Promise<ResolvedFetch> {
    allowManyListeners(signal);
    const { source, dest, integrity } = request;
    const named = dest === undefined ? undefined : checkFileName(dest, source.text);
    // Of a file whose name and digest are known a registry is only asked where it lies, once it is not here.
    if (source.kind !== 'registry' || (named !== undefined && integrity)) {
      return { request, fileName: named ?? fileNameOf(source), integrity, url: source.text };
    }
    const answer = await this.#transports.askRegistry(source, request, signal);
    const fileName = named ?? checkFileName(answer.fileName, source.text);
    const { build } = answer;
    const url = redactUrl(answer.url);
    return { request, fileName, integrity: integrity ?? answer.integrity, url, ...(build && { build }) };
  }

  async pin(request: FetchRequest, signal: AbortSignal): Promise<PinnedFetch> {
    allowManyListeners(signal);
    return pinFetch(request, signal, this.#transports);
  }

  async fetch(resolved: ResolvedFetch, options: FetchOptions): Promise<FetchedFile> {
    const { request, fileName, integrity: expected, url, build } = resolved;
    const { emit, signal } = options;
    signal.throwIfAborted();
    allowManyListeners(signal);
    const directory = (request.source.kind === 'git' ? options.cloneDirectory : undefined) ?? options.directory;
    makeFolder(directory);
    const arrival: Arrival = {
      directory,
      fileName,
      expected,
      url,
      emit,
      signal,
      isShared: options.isReadOnly ?? false,
    };
    const kept = options.reuse === false ? undefined : await findReusable(arrival);
    if (kept) emit({ kind: 'download:reused', url, name: fileName });
    const { bytes, digest, isReused = kept !== undefined } = kept ?? (await this.#obtain(request, arrival));
    const path = join(directory, fileName);
    return { path, fileName, bytes, digest, reused: isReused, ...(build && { build }) };
  }

  async fetchAll(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly FetchedFile[]> {
    const { directory, signal } = options;
    const resolutions = await this.#resolveAll(requests, signal);
    makeFolder(directory);
    await removeStalePartials(directory, this.#host.now());
    const outcomes = await Promise.allSettled(
      resolutions.map(async (resolution) => this.fetch(await resolution, options)),
    );
    signal.throwIfAborted();
    return filesOf(outcomes, requests);
  }

  async close(): Promise<void> {
    await this.#transports.close();
  }

  /**
   * Settled promises, as what cannot be resolved counts as one failed download among the others; names that cannot be
   * used are a mistake in the recipe, told before any download.
   */
  async #resolveAll(
    requests: readonly FetchRequest[],
    signal: AbortSignal,
  ): Promise<readonly Promise<ResolvedFetch>[]> {
    const resolutions = requests.map((request) => this.resolve(request, signal));
    const outcomes = await Promise.allSettled(resolutions);
    signal.throwIfAborted();
    const misnamed = outcomes.find(
      (outcome) => outcome.status === 'rejected' && hasCode(outcome.reason, 'E_FETCH_NAME'),
    );
    if (misnamed?.status === 'rejected') throw misnamed.reason;
    assertNamesDiffer(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])));
    return resolutions;
  }

  /** Files from elsewhere come through the store, if there is one. */
  #obtain(request: FetchRequest, arrival: Arrival): Promise<Arrived> {
    const { kind } = request.source;
    if (!this.#shared || kind === 'path' || kind === 'git') return this.#obtainFromAnywhere(request, arrival);
    return this.#shared.obtain(request, arrival, (landing) => this.#obtainFromAnywhere(request, landing));
  }

  /** From this machine's mirrors, the source, the request's mirrors: whoever has it first. */
  async #obtainFromAnywhere(request: FetchRequest, arrival: Arrival): Promise<Arrived> {
    const { source, mirrors = [] } = request;
    const failures = new Map<Source, FettleError>();
    for (const place of [...(await this.#mirrors.find(source)), source, ...mirrors]) {
      try {
        return await this.#transports.obtain(
          place,
          request,
          place === source ? arrival : { ...arrival, url: place.text },
        );
      } catch (error) {
        failures.set(place, expectFailure(error, arrival.signal));
      }
    }
    throw combineFailuresOfPlaces(source, failures);
  }
}

/** Repositories are kept beside the downloads, under the same kind of lock; trust roots too, which need none. */
function storesIn(store: DownloadStoreOptions): Pick<TransportOptions, 'gitStore' | 'trustFolder'> {
  return {
    gitStore: { folder: join(store.folder, 'git'), lock: (name, way) => store.lock(name, way) },
    trustFolder: join(store.folder, 'sigstore'),
  };
}

/** Passes on what is no failure of a download: an abort, a bug. */
function expectFailure(error: unknown, signal: AbortSignal): FettleError {
  signal.throwIfAborted();
  if (error instanceof FettleError) return error;
  throw error;
}

function filesOf(
  outcomes: readonly PromiseSettledResult<FetchedFile>[],
  requests: readonly FetchRequest[],
): readonly FetchedFile[] {
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected'
      ? [{ name: requests[index]?.source.text ?? '', error: outcome.reason as unknown }]
      : [],
  );
  if (failures.length > 0) throw combineFailures(failures, requests.length);
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** The source's own error, with what went wrong at each mirror. */
function combineFailuresOfPlaces(source: Source, failures: ReadonlyMap<Source, FettleError>): unknown {
  const own = failures.get(source);
  const mirrors = [...failures].filter(([place]) => place !== source).map(([, { message }]) => message);
  if (!own || mirrors.length === 0) return own;
  return new FettleError(own.code, own.message, {
    facts: { ...own.facts, mirrors },
    ...(own.hint !== undefined && { hint: own.hint }),
    cause: own.cause,
  });
}
