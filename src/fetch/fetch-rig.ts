import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EventBody } from '../events/index.js';
import { detectHost, type Host } from '../host/index.js';
import type { FetchedFile, Fetcher, FetchRequest } from './fetcher.js';
import { Semaphore } from '../support/semaphore.js';
import { parseSource } from './parse-source.js';
import { createFetcher, type FetcherOptions } from './run-fetcher.js';
import type { DownloadStoreOptions } from './store/index.js';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** What a recipe writes, unparsed. */
export interface WrittenRequest extends Omit<FetchRequest, 'source' | 'mirrors'> {
  readonly source: string;
  readonly mirrors?: readonly string[];
}

export function sha256(content: string | Uint8Array): { readonly algorithm: 'sha256'; readonly value: string } {
  return { algorithm: 'sha256', value: createHash('sha256').update(content).digest('hex') };
}

/** A temporary folder, a web server whose answers the test writes, and a fetcher that waits for nothing. */
export class FetchRig implements AsyncDisposable {
  readonly events: EventBody[] = [];
  readonly pauses: number[] = [];
  readonly requests: IncomingMessage[] = [];
  readonly #answers = new Map<string, Answer[]>();
  readonly #fetchers: Fetcher[] = [];
  readonly #locks = new Map<string, Semaphore>();
  #clock = 0;

  private constructor(
    readonly folder: string,
    readonly server: Server,
  ) {
    server.on('request', (request, response) => {
      this.requests.push(request);
      const answers = this.#answers.get(request.url ?? '') ?? [];
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer) answer(response, request);
      else response.writeHead(404).end('<html>not here</html>');
    });
  }

  static async open(): Promise<FetchRig> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FetchRig(await mkdtemp(join(tmpdir(), 'fettle-fetch-')), server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get directory(): string {
    return join(this.folder, 'fetch');
  }

  /** A store that the fetchers share as processes do. */
  get store(): DownloadStoreOptions {
    return {
      folder: join(this.folder, 'store'),
      lock: async (name, { signal }) => {
        const semaphore = this.#locks.get(name) ?? new Semaphore(1);
        this.#locks.set(name, semaphore);
        return new Promise((held, refused) => {
          const work = (): Promise<void> =>
            new Promise((release) => {
              held({ [Symbol.asyncDispose]: async () => release() });
            });
          semaphore.run(work, signal).catch(refused);
        });
      },
    };
  }

  /** Answers the requests for `path` in turn; the last one again and again. */
  serve(path: string, ...answers: readonly (Answer | string | Uint8Array)[]): string {
    const whole = (content: string | Uint8Array): Answer => {
      return (response) => response.writeHead(200, { 'content-length': Buffer.byteLength(content) }).end(content);
    };
    this.#answers.set(
      path,
      answers.map((answer) => (typeof answer === 'function' ? answer : whole(answer))),
    );
    return `${this.origin}${path}`;
  }

  /** @returns the path of a file that is written below the rig's folder */
  async write(name: string, content: string): Promise<string> {
    const file = join(this.folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  }

  fetcher(options: Partial<FetcherOptions> = {}): Fetcher {
    const fetcher = createFetcher({
      host: this.host(),
      offline: false,
      connections: 4,
      emit: (event) => void this.events.push(event),
      delay: async (milliseconds) => void this.pauses.push(milliseconds),
      random: () => 1,
      ...options,
    });
    this.#fetchers.push(fetcher);
    return fetcher;
  }

  /** The clock goes forward by a second whenever it is read. */
  host(env: Record<string, string> = {}): Host {
    const here = detectHost();
    const folders = { cwd: this.folder, home: this.folder, tmp: this.folder };
    const PATH = here.env['PATH'] ?? '';
    return { ...here, ...folders, env: { PATH, HOME: this.folder, ...env }, now: () => (this.#clock += 1000) };
  }

  async fetchAll(
    requests: readonly (WrittenRequest | string)[],
    {
      fetcher = this.fetcher(),
      signal = new AbortController().signal,
      reuse = true,
      isReadOnly = false,
      directory = this.directory,
    } = {},
  ): Promise<readonly FetchedFile[]> {
    const emit = (event: EventBody): void => void this.events.push(event);
    return fetcher.fetchAll(
      requests.map((request) => this.parse(request)),
      { directory, emit, signal, reuse, isReadOnly },
    );
  }

  async fetchOne(
    request: WrittenRequest | string,
    options: Parameters<FetchRig['fetchAll']>[1] = {},
  ): Promise<FetchedFile> {
    const [file] = await this.fetchAll([request], options);
    if (!file) throw new Error('nothing was fetched');
    return file;
  }

  parse(request: WrittenRequest | string): FetchRequest {
    const { source, mirrors, ...rest } =
      typeof request === 'string' ? { source: request, mirrors: undefined } : request;
    return {
      ...rest,
      source: parseSource(source, this.folder),
      ...(mirrors && { mirrors: mirrors.map((mirror) => parseSource(mirror, this.folder)) }),
    };
  }

  /** Names and contents of what was fetched; unfinished files too, were there any. */
  async fetched(): Promise<Record<string, string>> {
    const names = await readdir(this.directory).catch(() => []);
    const entries = names.map(async (name) => [name, await readFile(join(this.directory, name), 'utf8')] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  kinds(): readonly string[] {
    return this.events.map(({ kind }) => kind);
  }

  /** Closes the fetchers, with the connections that they keep. */
  async close(): Promise<void> {
    await Promise.all(this.#fetchers.map((fetcher) => fetcher.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}
