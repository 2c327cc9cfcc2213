import { fileURLToPath } from 'node:url';
import { FettleError } from '../errors/index.js';
import type { Emit } from '../events/index.js';
import type { Host } from '../host/index.js';
import type { ChildRegistry } from '../process/index.js';
import { Semaphore } from '../support/semaphore.js';
import type { FetchRequest } from './fetcher.js';
import { cloneGit } from './git-clone.js';
import { downloadFile, type HttpSource } from './http-transport.js';
import { HttpClient, type HttpTimeouts } from './http/http-client.js';
import { createRegistryHttp } from './http/registry-http.js';
import { waitFor, type Delay } from './http/retry.js';
import type { Integrity } from './integrity.js';
import { copyLocal } from './local-copy.js';
import type { RegistryResolver, ResolvedPackage } from './registry/index.js';
import type { Source } from './source.js';
import type { Arrival, Arrived } from './transport.js';

export interface TransportOptions {
  readonly host: Host;
  /** Refuse whatever needs the network. */
  readonly offline: boolean;
  /** Downloads and clones at once. */
  readonly connections: number;
  /** Hears what registries warn of. */
  readonly emit?: Emit;
  /** Where running git programs are entered, so that they can be killed at once. */
  readonly children?: ChildRegistry;
  readonly timeouts?: HttpTimeouts;
  /** How pauses between tries are waited for. */
  readonly delay?: Delay;
}

const TIMEOUTS: HttpTimeouts = { connectMs: 30_000, stallMs: 60_000 };

type RemoteSource = Exclude<Source, { readonly kind: 'path' }>;
type RegistrySource = Extract<Source, { readonly kind: 'registry' }>;

/** All ways that bytes come from elsewhere, with what they share in a run: connections, limits, registry answers. */
export class Transports {
  readonly #options: TransportOptions;
  readonly #client: HttpClient;
  readonly #delay: Delay;
  readonly #slots: Semaphore;
  #resolver: Promise<RegistryResolver> | undefined;
  readonly #warned = new Set<string>();

  constructor(options: TransportOptions) {
    const { host, connections, timeouts = TIMEOUTS, delay = waitFor } = options;
    this.#options = options;
    this.#client = new HttpClient({ env: host.env, connections, timeouts });
    this.#delay = delay;
    this.#slots = new Semaphore(connections);
  }

  /**
   * Brings one thing to its place.
   * @throws FettleError E_FETCH, E_FETCH_MISSING, E_CHECKSUM, E_GIT, E_REGISTRY, E_OFFLINE and others
   */
  async obtain(source: Source, request: FetchRequest, arrival: Arrival): Promise<Arrived> {
    if (source.kind === 'path') return copyLocal(source.path, arrival);
    this.#assertReachable(source);
    return this.#slots.run(() => this.#transfer(source, request, arrival), arrival.signal);
  }

  /** @throws FettleError E_REGISTRY, E_PURL, E_FETCH, E_OFFLINE */
  async askRegistry(
    source: RegistrySource,
    { expected, signal }: { readonly expected: Integrity | undefined; readonly signal: AbortSignal },
  ): Promise<ResolvedPackage> {
    this.#assertReachable(source);
    const resolver = await (this.#resolver ??= this.#openResolver());
    const answer = await resolver.resolve(source.purl, { signal, ...(expected && { expected }) });
    for (const warning of answer.warnings) this.#warnOnce(warning);
    return answer;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #transfer(source: RemoteSource, request: FetchRequest, arrival: Arrival): Promise<Arrived> {
    const { url, fileName: name, emit } = arrival;
    const startedAt = performance.now();
    emit({ kind: 'download:start', url, name });
    const arrived = await this.#transferFrom(source, request, arrival);
    emit({ kind: 'download:end', url, name, bytes: arrived.bytes, durationMs: performance.now() - startedAt });
    return arrived;
  }

  async #transferFrom(source: RemoteSource, request: FetchRequest, arrival: Arrival): Promise<Arrived> {
    const { host, children } = this.#options;
    switch (source.kind) {
      case 'git':
        return cloneGit({ url: source.url, ref: request.ref }, arrival, { host, children });
      case 'http':
        return this.#download({ url: source.url, headers: {} }, arrival);
      case 'registry': {
        const answer = await this.askRegistry(source, { expected: request.integrity, signal: arrival.signal });
        return this.#download(answer, { ...arrival, expected: arrival.expected ?? answer.integrity });
      }
    }
  }

  /** A registry may be a folder of this machine. */
  async #download(file: HttpSource, arrival: Arrival): Promise<Arrived> {
    if (file.url.startsWith('file:')) return copyLocal(fileURLToPath(file.url), arrival);
    const now = (): number => this.#options.host.now();
    return downloadFile(file, arrival, { client: this.#client, delay: this.#delay, now });
  }

  async #openResolver(): Promise<RegistryResolver> {
    const { createRegistryResolver } = await import('./registry/index.js');
    const { host, emit = () => undefined } = this.#options;
    const http = createRegistryHttp({ client: this.#client, emit, delay: this.#delay, now: () => host.now() });
    return createRegistryResolver({ host, http });
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#options.emit?.({ kind: 'log', level: 'warn', message });
  }

  #assertReachable(source: RemoteSource): void {
    if (!this.#options.offline || isLocalGit(source)) return;
    throw new FettleError('E_OFFLINE', `${source.text} is not here and fettle is offline.`, {
      facts: { source: source.text },
      hint: 'Run the same command once without --offline.',
    });
  }
}

function isLocalGit(source: RemoteSource): boolean {
  return source.kind === 'git' && /^(file:|[/\\]|[a-z]:[\\/])/i.test(source.url);
}
