import { dirname, join } from 'node:path';
import { FettleError, messageOf } from '../../../errors/index.js';
import type { Host } from '../../../host/index.js';
import { basicAuthorization, isHttpUrl, splitCredentials } from '../credentials.js';
import type { RegistryBase } from '../resolved-package.js';

/** What npm itself would use in this folder, for this user. */
export interface NpmConfig {
  /** @param name with its scope; a scope may have a registry of its own */
  registryOf(name: string): NpmRegistry;
  /** The `authorization` header npm would send to `url`, for a package of `registry`. */
  authorizationFor(url: string, registry: NpmRegistry): string | undefined;
  /** npm's setting `replace-registry-host`, with `npmjs` told as the host it stands for. */
  readonly replacedHost: string;
}

export interface NpmRegistry extends RegistryBase {
  /** From credentials inside the registry's own URL. */
  readonly authorization: string | undefined;
}

interface Settings {
  get(key: string): unknown;
  sourceOf(key: string): string;
  readonly defaultRegistry: string;
}

/**
 * Reads npm's configuration with npm's own reader: environment, project, user, global and npm's built-in file.
 * @throws FettleError E_REGISTRY when it cannot be read
 */
export async function loadNpmConfig(host: Host): Promise<NpmConfig> {
  const settings = await loadSettings(host);
  return {
    registryOf: (name) => registryOf(name, settings),
    authorizationFor: (url, registry) => authorizationFor(url, registry, settings),
    replacedHost: replacedHost(settings),
  };
}

/** The registry at `url`, as named by `configuredBy`. */
export function npmRegistryAt(url: string, configuredBy: string): NpmRegistry {
  if (!isHttpUrl(url)) {
    throw new FettleError('E_REGISTRY', 'The configured npm registry is not an http(s) URL.', {
      facts: { configuredBy },
      hint: `Correct the registry setting (${configuredBy}).`,
    });
  }
  const clean = splitCredentials(url.trim());
  return { url: clean.url.replace(/\/*$/, '/'), authorization: clean.authorization, configuredBy };
}

async function loadSettings(host: Host): Promise<Settings> {
  const { default: Config } = await import('@npmcli/config');
  const { default: definitions } = await import('@npmcli/config/lib/definitions/index.js');
  const config = new Config({
    definitions: definitions.definitions,
    shorthands: definitions.shorthands,
    flatten: definitions.flatten,
    nerfDarts: definitions.nerfDarts,
    npmPath: npmFolder(host),
    // The reader adds variables to the environment it is given: it gets a copy.
    env: { ...host.env, HOME: host.home },
    argv: ['node', 'npm'],
    platform: host.platform === 'windows' ? 'win32' : host.platform,
    cwd: host.cwd,
    warn: false,
  });
  try {
    await config.load();
  } catch (error) {
    throw new FettleError('E_REGISTRY', `npm's configuration cannot be read: ${messageOf(error)}`, {
      hint: 'Run `npm config list` to see which file is at fault.',
      cause: error,
    });
  }
  return {
    get: (key) => config.get(key),
    sourceOf: (key) => config.data.get(config.find(key) ?? 'default')?.source ?? 'default',
    defaultRegistry: String(config.defaults['registry']),
  };
}

/** Where npm lies when it came with Node: its own npmrc, if there is one, is there. */
function npmFolder(host: Host): string {
  const nodeFolder = dirname(process.execPath);
  if (host.platform === 'windows') return join(host.env['PREFIX'] ?? nodeFolder, 'node_modules', 'npm');
  return join(host.env['PREFIX'] ?? dirname(nodeFolder), 'lib', 'node_modules', 'npm');
}

function registryOf(name: string, settings: Settings): NpmRegistry {
  const scoped = name.startsWith('@') ? `${name.slice(0, name.indexOf('/'))}:registry` : undefined;
  const key = scoped !== undefined && textOf(settings, scoped) !== undefined ? scoped : 'registry';
  return npmRegistryAt(textOf(settings, key) ?? '', `${settings.sourceOf(key)} (${key})`);
}

/** npm's rule: credentials of the URL's own path or a parent of it, else of the registry when that is the same host. */
function authorizationFor(url: string, registry: NpmRegistry, settings: Settings): string | undefined {
  const sameHost = new URL(url).host === new URL(registry.url).host;
  const configured =
    configuredCredentials(url, settings) ?? (sameHost ? configuredCredentials(registry.url, settings) : undefined);
  return configured ?? (sameHost ? registry.authorization : undefined);
}

function configuredCredentials(url: string, settings: Settings): string | undefined {
  const { host, pathname } = new URL(url);
  let key = `//${host}${pathname}`;
  while (key.length > '//'.length) {
    const found = credentialsUnder(key, settings);
    if (found !== undefined) return found;
    key = key.replace(/([^/]+|\/)$/, '');
  }
  return undefined;
}

function credentialsUnder(key: string, settings: Settings): string | undefined {
  const token = textOf(settings, `${key}:_authToken`);
  if (token !== undefined) return `Bearer ${token}`;
  const user = textOf(settings, `${key}:username`);
  const password = textOf(settings, `${key}:_password`);
  if (user !== undefined && password !== undefined) {
    return basicAuthorization(user, Buffer.from(password, 'base64').toString('utf8'));
  }
  const basic = textOf(settings, `${key}:_auth`);
  return basic === undefined ? undefined : `Basic ${basic}`;
}

function replacedHost(settings: Settings): string {
  const value = textOf(settings, 'replace-registry-host') ?? 'npmjs';
  return value === 'npmjs' ? new URL(settings.defaultRegistry).host : value;
}

function textOf(settings: Settings, key: string): string | undefined {
  const value = settings.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
