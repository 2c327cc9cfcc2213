import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../../errors/index.js';
import type { Host } from '../../../host/index.js';
import { defaultGoProxy } from '../default-registries.js';

/** What the go command would be told, from the environment and the file that `go env -w` writes. */
export interface GoEnvironment {
  readonly proxies: readonly GoProxy[];
  /** Who set the proxies: for messages. */
  readonly configuredBy: string;
  /** Name of the checksum database, with its key if it has one of its own; undefined when it is switched off. */
  readonly sumDatabase: SumDatabaseSetting | undefined;
  /** Whether a module is fetched from its own repository, not through a proxy. */
  isDirect(module: string): boolean;
  /** Whether the checksum database may not be asked about a module. */
  isUnchecked(module: string): boolean;
}

export interface GoProxy {
  /** An http(s) or file URL without slash at the end, `direct` or `off`. */
  readonly url: string;
  /** Whether the next one is asked after any failure, not only when this one has no such module. */
  readonly mayFail: boolean;
}

export interface SumDatabaseSetting {
  readonly name: string;
  /** `name+hash+key` as `GOSUMDB` has it; undefined for the database whose key every go command knows. */
  readonly key: string | undefined;
  /** Where it is asked when it is not at its own name. */
  readonly url: string | undefined;
}

/** Source: https://go.dev/ref/mod#environment-variables */
export async function loadGoEnvironment(host: Host): Promise<GoEnvironment> {
  const file = goEnvironmentFile(host);
  const written = file === undefined ? new Map<string, string>() : await readEnvironmentFile(file);
  const get = (name: string): string => host.env[name] || (written.get(name) ?? '');
  const proxy = get('GOPROXY');
  const proxies = parseProxies(proxy === '' ? `${await defaultGoProxy()},direct` : proxy);
  const privatePatterns = get('GOPRIVATE');
  const noProxy = patternsOf(get('GONOPROXY') || privatePatterns);
  const noSum = patternsOf(get('GONOSUMDB') || privatePatterns);
  const isOff = get('GONOSUMCHECK') === '1' || /(^|\s)-insecure(\s|$)/.test(get('GOFLAGS'));
  return {
    proxies,
    configuredBy: proxy === '' ? 'default' : (host.env['GOPROXY'] ?? '') === '' ? `${file ?? ''} (GOPROXY)` : 'GOPROXY',
    sumDatabase: isOff ? undefined : await parseSumDatabase(get('GOSUMDB')),
    isDirect: (module) => matchesPrefix(noProxy, module),
    isUnchecked: (module) => matchesPrefix(noSum, module),
  };
}

function goEnvironmentFile({ env, platform, home }: Host): string | undefined {
  const given = env['GOENV'];
  if (given === 'off') return undefined;
  if (given !== undefined && given !== '') return given;
  if (platform === 'windows') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'go', 'env');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'go', 'env');
  return join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'go', 'env');
}

async function readEnvironmentFile(file: string): Promise<ReadonlyMap<string, string>> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n');
    return new Map(
      lines.flatMap((line) => {
        const [, name, value] = /^\s*([A-Z_]\w*)=(.*?)\s*$/.exec(line) ?? [];
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      }),
    );
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return new Map();
    throw error;
  }
}

/** Apart by `,` (the next is asked when there is no such module) or `|` (after any failure). */
function parseProxies(text: string): readonly GoProxy[] {
  return [...text.matchAll(/([^,|]+)([,|]?)/g)]
    .map(([, url = '', separator]) => ({ url: url.trim().replace(/\/+$/, ''), mayFail: separator === '|' }))
    .filter(({ url }) => url !== '');
}

async function parseSumDatabase(text: string): Promise<SumDatabaseSetting | undefined> {
  const [name = '', url] = text.trim().split(/\s+/);
  if (name === 'off') return undefined;
  if (name === '') return { name: await defaultSumDatabase(), key: undefined, url: undefined };
  const isKey = name.includes('+');
  return { name: name.split('+')[0] ?? name, key: isKey ? name : undefined, url: url?.replace(/\/+$/, '') };
}

/** By Go's convention beside the default proxy: `proxy.` and `sum.` of one domain. */
async function defaultSumDatabase(): Promise<string> {
  return new URL(await defaultGoProxy()).host.replace(/^proxy\./, 'sum.');
}

function patternsOf(text: string): readonly string[] {
  return text.split(',').filter((pattern) => pattern !== '');
}

/** Go's rule: a pattern matches as many path elements as it has itself; `*`, `?` and `[…]` do not match slashes. */
function matchesPrefix(patterns: readonly string[], module: string): boolean {
  return patterns.some((pattern) => {
    const elements = pattern.replace(/\/+$/, '').split('/');
    const start = module.split('/').slice(0, elements.length);
    return start.length === elements.length && elements.every((glob, index) => toRegExp(glob).test(start[index] ?? ''));
  });
}

function toRegExp(glob: string): RegExp {
  const source = glob.replace(/\[[^\]]*\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return part.length > 1 ? part : part.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  });
  return new RegExp(`^${source}$`);
}
