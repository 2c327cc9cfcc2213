import { fileURLToPath } from 'node:url';
import { messageOf } from '../errors/index.js';
import type { Emit, LogLevel } from '../events/index.js';
import type { Host } from '../host/index.js';
import type { ChildRegistry } from '../process/index.js';
import { Semaphore } from '../support/semaphore.js';
import type { FetchRequest } from './fetcher.js';
import { cloneGit, resolveGitRef, type CloneOptions, type GitStore } from './git/index.js';
import { downloadFile, type HttpSource } from './http-transport.js';
import { CredentialsOfHosts, type HostCredentials } from './http/host-credentials.js';
import { HttpClient, type HttpTimeouts } from './http/http-client.js';
import { HostLimits } from './http/host-limits.js';
import { readHttpSettings } from './http/http-settings.js';
import { createRegistryHttp } from './http/registry-http.js';
import { waitFor, type Delay, type RetryWay } from './http/retry.js';
import { copyLocal } from './local-copy.js';
import { refusedOffline } from './offline.js';
import type { RegistryQuestion } from './pin.js';
import { redactUrl } from './redact-url.js';
import type { BuildOrigin, RegistryResolver, ResolvedPackage } from './registry/index.js';
import { downloadObject, ObjectStorage, parseS3Address } from './s3/index.js';
import type { Source } from './source.js';
import type { Arrival, Arrived } from './transport.js';

export interface TransportOptions {
  readonly host: Host;
  /** Refuse whatever needs the network. */
  readonly offline: boolean;
  /** Downloads and clones at once. Default: FETTLE_CONNECTIONS, else 16. */
  readonly connections?: number;
  /** Downloads from one host at once. Default: FETTLE_CONNECTIONS_PER_HOST, else 6. */
  readonly connectionsPerHost?: number;
  /** Hears what registries warn of. */
  readonly emit?: Emit;
  /** Where running git programs are entered, so that they can be killed at once. */
  readonly children?: ChildRegistry;
  /** Where git repositories are kept between runs. */
  readonly gitStore?: GitStore;
  /** Where the trust roots of registries' proofs are kept between runs. */
  readonly trustFolder?: string;
  readonly timeouts?: HttpTimeouts;
  /** How pauses between tries are waited for. */
  readonly delay?: Delay;
  /** From 0 up to 1, for the length of these pauses. */
  readonly random?: () => number;
}

type RemoteSource = Exclude<Source, { readonly kind: 'path' }>;
type RegistrySource = Extract<Source, { readonly kind: 'registry' }>;
type GitSource = Extract<Source, { readonly kind: 'git' }>;

/** All ways that bytes come from elsewhere, with what they share in a run: connections, limits, registry answers. */
export class Transports {
  readonly #options: TransportOptions;
  readonly #client: HttpClient;
  readonly #retries: RetryWay;
  readonly #credentials: CredentialsOfHosts;
  readonly #hosts: HostLimits;
  readonly #slots: Semaphore;
  readonly #objects: ObjectStorage;
  #resolver: Promise<RegistryResolver> | undefined;
  readonly #said = new Set<string>();

  constructor(options: TransportOptions) {
    const { host, delay = waitFor, random = Math.random } = options;
    const settings = readHttpSettings(host.env);
    const { timeouts = settings.timeouts, connectionsPerHost = settings.connectionsPerHost } = options;
    this.#options = options;
    this.#client = new HttpClient({ env: host.env, connections: connectionsPerHost, timeouts });
    this.#retries = { policy: settings.retries, delay, random, now: () => host.now() };
    this.#credentials = new CredentialsOfHosts(host);
    this.#hosts = new HostLimits(connectionsPerHost);
    this.#objects = new ObjectStorage(host, this.#client);
    this.#slots = new Semaphore(options.connections ?? settings.connections);
  }

  /** Loads what asking for it will need, so that it need not be waited for then. */
  prepare({ kind }: Source): void {
    const isAskedByHttp = kind === 'http' || kind === 'registry';
    if (isAskedByHttp && !this.#options.offline) this.#client.prepare();
  }

  /**
   * Brings one thing to its place.
   * @throws FettleError E_FETCH, E_FETCH_MISSING, E_CHECKSUM, E_GIT, E_REGISTRY, E_OFFLINE and others
   */
  async obtain(source: Source, request: FetchRequest, arrival: Arrival): Promise<Arrived> {
    if (source.kind === 'path') return copyLocal(source.path, arrival);
    this.#assertReachable(source);
    const { signal } = arrival;
    // Its own host's turn comes first: whoever waits for a slow host takes no place from the others.
    const inTurn = (): Promise<Arrived> => this.#slots.run(() => this.#transfer(source, request, arrival), signal);
    return source.kind === 'http' ? this.#hosts.run(new URL(source.url).host, inTurn, signal) : inTurn();
  }

  /** @throws FettleError E_REGISTRY, E_PURL, E_FETCH, E_OFFLINE */
  async askRegistry(
    source: RegistrySource,
    { integrity: expected, platform, publishedBefore, details, isStrict }: RegistryQuestion,
    signal: AbortSignal,
  ): Promise<ResolvedPackage> {
    this.#assertReachable(source);
    const resolver = await (this.#resolver ??= this.#openResolver());
    const answer = await resolver.resolve(source.purl, {
      signal,
      ...(expected && { expected }),
      ...(platform !== undefined && { platform }),
      ...(publishedBefore !== undefined && { publishedBefore }),
      ...(details !== undefined && { details }),
      ...(isStrict !== undefined && { isStrict }),
    });
    for (const warning of answer.warnings) this.#sayOnce('warn', warning);
    if (answer.build) this.#sayOnce('debug', describeBuild(answer.purl, answer.build));
    return answer;
  }

  /**
   * @returns the full id of the commit that a branch, a tag or a short commit id stands for now
   * @throws FettleError E_SOURCE, E_GIT, E_OFFLINE
   */
  async askGit(source: GitSource, request: Pick<FetchRequest, 'ref'>, signal: AbortSignal): Promise<string> {
    const { emit = () => undefined } = this.#options;
    const options = { ...this.#gitOptions, emit, signal };
    return this.#slots.run(() => resolveGitRef({ ...source, ref: request.ref }, options), signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#client.close(), this.#objects.close()]);
  }

  async #transfer(source: RemoteSource, request: FetchRequest, arrival: Arrival): Promise<Arrived> {
    const { url, fileName: name, emit } = arrival;
    const startedAt = performance.now();
    emit({ kind: 'download:start', url, name });
    try {
      const arrived = await this.#transferFrom(source, request, arrival);
      emit({ kind: 'download:end', url, name, bytes: arrived.bytes, durationMs: performance.now() - startedAt });
      return arrived;
    } catch (error) {
      const message = redactUrl(messageOf(error));
      emit({ kind: 'download:failed', url, name, durationMs: performance.now() - startedAt, message });
      throw error;
    }
  }

  async #transferFrom(source: RemoteSource, request: FetchRequest, arrival: Arrival): Promise<Arrived> {
    switch (source.kind) {
      case 'git': {
        const { ref, submodules = false } = request;
        return cloneGit({ ...source, ref, submodules }, arrival, this.#gitOptions);
      }
      case 's3':
        return downloadObject(this.#objects, parseS3Address(source.url), arrival);
      case 'http':
        return this.#download({ url: source.url, headers: {} }, arrival, await this.#credentials.find(source.url));
      case 'registry': {
        const answer = await this.askRegistry(source, request, arrival.signal);
        return this.#download(answer, { ...arrival, expected: arrival.expected ?? answer.integrity });
      }
    }
  }

  get #gitOptions(): CloneOptions {
    const { host, offline, children, gitStore: store } = this.#options;
    return { host, offline, children, store };
  }

  /** A registry may be a folder of this machine. */
  async #download(file: HttpSource, arrival: Arrival, credentials?: HostCredentials): Promise<Arrived> {
    if (file.url.startsWith('file:')) return copyLocal(fileURLToPath(file.url), arrival);
    return downloadFile(file, arrival, { client: this.#client, retries: this.#retries, credentials });
  }

  async #openResolver(): Promise<RegistryResolver> {
    const { createRegistryResolver } = await import('./registry/index.js');
    const { host, children, trustFolder, emit = () => undefined } = this.#options;
    const http = createRegistryHttp({ client: this.#client, emit, ...this.#retries });
    return createRegistryResolver({ host, http, children, trustFolder });
  }

  #sayOnce(level: LogLevel, message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#options.emit?.({ kind: 'log', level, message });
  }

  /** Git looks itself, as it needs no network for a commit that it has kept. */
  #assertReachable(source: RemoteSource): void {
    if (this.#options.offline && source.kind !== 'git') throw refusedOffline(source.text);
  }
}

function describeBuild(purl: string, { repository, commit, workflow }: BuildOrigin): string {
  const how = workflow === undefined ? '' : ` by ${workflow}`;
  return `${redactUrl(purl)} was built from ${repository}${commit === undefined ? '' : ` at ${commit}`}${how}`;
}
