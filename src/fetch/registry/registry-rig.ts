import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FettleError } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import type { RegistryHttp } from './http.js';
import { createRegistryResolver } from './registry-resolver.js';
import type { ResolvedPackage, ResolveOptions } from './resolved-package.js';
import type { WheelPlatform } from './pypi/wheel-platform.js';

/** For tests: a server on this machine, a home and a project folder, and a host that knows only these. */
export interface RegistryRig extends AsyncDisposable {
  readonly origin: string;
  readonly home: string;
  readonly project: string;
  /** What was asked, in order. */
  readonly requests: readonly RigRequest[];
  readonly http: RegistryHttp;
  readonly wheelPlatform: WheelPlatform;
  host(env?: Readonly<Record<string, string>>): Host;
  /** Answers `path` from now on. */
  serve(path: string, answer: RigAnswer | string | object): void;
  write(path: string, content: string): Promise<void>;
  resolve(purl: string, setting?: RigSetting): Promise<ResolvedPackage>;
}

export interface RigRequest {
  readonly path: string;
  readonly authorization: string | undefined;
}

export interface RigSetting extends Partial<ResolveOptions> {
  readonly env?: Readonly<Record<string, string>>;
  readonly wheelPlatform?: WheelPlatform;
}

/** An answer with something unusual; `body` is sent as it is. */
export class RigAnswer {
  constructor(
    readonly body: string,
    readonly options: {
      readonly status?: number;
      readonly contentType?: string;
      /** Anything else is answered 401. */
      readonly needs?: string;
      readonly location?: string;
      /** How the body becomes bytes. Default utf8. */
      readonly encoding?: 'utf8' | 'latin1';
    } = {},
  ) {}
}

const LINUX: WheelPlatform = { system: 'linux', arch: 'x86_64', libc: { family: 'glibc', version: [2, 36] } };

export async function createRegistryRig(): Promise<RegistryRig> {
  const root = await mkdtemp(join(tmpdir(), 'fettle-'));
  const [home, project] = [join(root, 'home'), join(root, 'home', 'work', 'project')];
  await mkdir(project, { recursive: true });
  // npm looks for the project's folder upwards: it must not find one above ours.
  await writeFile(join(project, 'package.json'), '{}');
  const server = await startServer();
  const rig: RegistryRig = {
    ...server,
    home,
    project,
    http: { get: getOverHttp },
    wheelPlatform: LINUX,
    host: (env = {}) => hostOf(root, { home, project, env }),
    write: async (path, content) => {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    },
    resolve: async (purl, { env, wheelPlatform = LINUX, signal = new AbortController().signal, ...options } = {}) =>
      createRegistryResolver({ host: rig.host(env), http: rig.http, wheelPlatform }).resolve(purl, {
        signal,
        ...options,
      }),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
  return rig;
}

/** Folders that no configuration of the machine reaches; PREFIX moves npm's global one. */
function hostOf(
  root: string,
  { home, project, env }: { home: string; project: string; env: Readonly<Record<string, string>> },
): Host {
  return {
    platform: 'linux',
    arch: 'x86_64',
    env: { HOME: home, PREFIX: join(root, 'prefix'), XDG_CONFIG_DIRS: join(root, 'xdg'), ...env },
    cwd: project,
    home,
    tmp: root,
    pid: 1,
    cores: 1,
    now: () => 0,
  };
}

interface RigServer {
  readonly origin: string;
  readonly requests: readonly RigRequest[];
  serve(path: string, answer: RigAnswer | string | object): void;
  close(): Promise<void>;
}

async function startServer(): Promise<RigServer> {
  const answers = new Map<string, RigAnswer>();
  const requests: RigRequest[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { authorization } = request.headers;
    requests.push({ path, authorization });
    const { body, options } = answers.get(path) ?? new RigAnswer('not here', { status: 404 });
    const isRefused = options.needs !== undefined && options.needs !== authorization;
    response.writeHead(isRefused ? 401 : (options.status ?? 200), {
      'content-type': options.contentType ?? 'application/json',
      ...(options.location !== undefined && { location: options.location }),
    });
    response.end(isRefused ? 'refused' : body, options.encoding ?? 'utf8');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    serve: (path, answer) => answers.set(path, toAnswer(answer)),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function toAnswer(answer: RigAnswer | string | object): RigAnswer {
  if (answer instanceof RigAnswer) return answer;
  return typeof answer === 'string' ? new RigAnswer(answer) : new RigAnswer(JSON.stringify(answer));
}

async function getOverHttp(url: string, request: Parameters<RegistryHttp['get']>[1]): ReturnType<RegistryHttp['get']> {
  // Tests reach nothing but this machine.
  if (!new URL(url).hostname.startsWith('127.')) throw new FettleError('E_FETCH', 'There is no network.');
  const { maxBytes = Infinity, encoding = 'utf8', headers, signal } = request;
  const response = await fetch(url, { headers, signal });
  const body = Buffer.from(await response.arrayBuffer());
  if (body.length > maxBytes) throw new FettleError('E_REGISTRY', 'too long');
  return {
    status: response.status,
    url: response.url,
    headers: Object.fromEntries(response.headers),
    body: body.toString(encoding),
  };
}
