import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError, hasCode } from '../errors/index.js';
import { allowManyListeners } from '../support/many-listeners.js';
import { combineFailures } from './fetch-failures.js';
import type { FetchedFile, FetchOptions, Fetcher, FetchRequest, ResolvedFetch } from './fetcher.js';
import { checkFileName, fileNameOf } from './file-name.js';
import { assertNamesDiffer } from './name-clashes.js';
import { removeStalePartials } from './partial-file.js';
import { redactUrl } from './redact-url.js';
import { findReusable } from './reuse.js';
import type { Arrival, Arrived } from './transport.js';
import { Transports, type TransportOptions } from './transports.js';

export type FetcherOptions = TransportOptions;

/** Opens a fetcher for a run. Nothing is loaded or connected before it is needed. */
export function createFetcher(options: FetcherOptions): Fetcher {
  return new RunFetcher(options);
}

class RunFetcher implements Fetcher {
  readonly #transports: Transports;
  readonly #now: () => number;

  constructor(options: FetcherOptions) {
    this.#transports = new Transports(options);
    this.#now = () => options.host.now();
  }

  async resolve(request: FetchRequest, signal: AbortSignal): Promise<ResolvedFetch> {
    allowManyListeners(signal);
    const { source, dest, integrity } = request;
    const named = dest === undefined ? undefined : checkFileName(dest, source.text);
    if (source.kind !== 'registry') {
      return { request, fileName: named ?? fileNameOf(source), integrity, url: source.text };
    }
    const answer = await this.#transports.askRegistry(source, { expected: integrity, signal });
    const fileName = named ?? checkFileName(answer.fileName, source.text);
    return { request, fileName, integrity: integrity ?? answer.integrity, url: redactUrl(answer.url) };
  }

  async fetch(resolved: ResolvedFetch, options: FetchOptions): Promise<FetchedFile> {
    const { request, fileName, integrity: expected, url } = resolved;
    const { emit, signal } = options;
    signal.throwIfAborted();
    allowManyListeners(signal);
    const directory = (request.source.kind === 'git' ? options.cloneDirectory : undefined) ?? options.directory;
    await mkdir(directory, { recursive: true });
    const arrival: Arrival = { directory, fileName, expected, url, emit, signal };
    const kept = options.reuse === false ? undefined : await findReusable(arrival);
    if (kept) emit({ kind: 'download:reused', url, name: fileName });
    const arrived = kept ?? (await this.#obtain(request, arrival));
    return { path: join(directory, fileName), fileName, ...arrived, reused: kept !== undefined };
  }

  async fetchAll(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly FetchedFile[]> {
    const { directory, signal } = options;
    const resolutions = await this.#resolveAll(requests, signal);
    await mkdir(directory, { recursive: true });
    await removeStalePartials(directory, this.#now());
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

  /** From the source, or else from the first mirror that has it. */
  async #obtain(request: FetchRequest, arrival: Arrival): Promise<Arrived> {
    try {
      return await this.#transports.obtain(request.source, request, arrival);
    } catch (error) {
      return this.#obtainFromMirrors(request, arrival, expectFailure(error, arrival.signal));
    }
  }

  /** When all fail, the source's own error is told. */
  async #obtainFromMirrors(request: FetchRequest, arrival: Arrival, failure: FettleError): Promise<Arrived> {
    const mirrorFailures: string[] = [];
    for (const mirror of request.mirrors ?? []) {
      try {
        return await this.#transports.obtain(mirror, request, { ...arrival, url: mirror.text });
      } catch (error) {
        mirrorFailures.push(expectFailure(error, arrival.signal).message);
      }
    }
    throw mirrorFailures.length === 0 ? failure : tellMirrors(failure, mirrorFailures);
  }
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

function tellMirrors(failure: FettleError, mirrors: readonly string[]): FettleError {
  return new FettleError(failure.code, failure.message, {
    facts: { ...failure.facts, mirrors },
    ...(failure.hint !== undefined && { hint: failure.hint }),
    cause: failure.cause,
  });
}
