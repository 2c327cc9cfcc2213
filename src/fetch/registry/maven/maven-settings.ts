import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError, hasCode, messageOf } from '../../../errors/index.js';
import type { Host } from '../../../host/index.js';
import { basicAuthorization, isHttpUrl, splitCredentials } from '../credentials.js';
import { defaultMavenRepository } from '../default-registries.js';
import type { RegistryBase } from '../resolved-package.js';
import { readSettingsFile, type MavenSettings, type Mirror, type Repository } from './settings-file.js';

/** A repository to ask, and what it wants to see. */
export interface MavenRepository extends RegistryBase {
  readonly authorization: string | undefined;
}

/**
 * The repositories that Maven would ask, in its order: those of the active profiles, then the central one; each
 * replaced by the mirror that stands for it.
 * @throws FettleError E_REGISTRY when the settings cannot be read or used
 */
export async function loadMavenRepositories(host: Host): Promise<readonly MavenRepository[]> {
  const settings = await loadSettings(host);
  const central: Repository = { id: 'central', url: await defaultMavenRepository(), file: 'default' };
  const own = settings.repositories.filter(({ id }) => id !== central.id);
  const replaced = settings.repositories.find(({ id }) => id === central.id) ?? central;
  const repositories = [...own, replaced].map((repository) => throughMirror(repository, settings));
  return repositories.filter(({ url }, index) => repositories.findIndex((other) => other.url === url) === index);
}

/** The repository at `url`, as named by `configuredBy`. */
export function mavenRepositoryAt(url: string, configuredBy: string): MavenRepository {
  if (!isHttpUrl(url)) {
    throw new FettleError('E_REGISTRY', 'A configured Maven repository is not an http(s) URL.', {
      facts: { configuredBy },
      hint: `Correct the repository's address (${configuredBy}).`,
    });
  }
  const clean = splitCredentials(url);
  return { url: clean.url.replace(/\/*$/, '/'), configuredBy, authorization: clean.authorization };
}

/** The user's file, then the one of the installation: what both name is the user's. */
async function loadSettings(host: Host): Promise<MavenSettings> {
  const installation = host.env['MAVEN_HOME'] ?? host.env['M2_HOME'];
  const files = [
    join(host.home, '.m2', 'settings.xml'),
    ...(installation === undefined ? [] : [join(installation, 'conf', 'settings.xml')]),
  ];
  const all = await Promise.all(files.map((file) => readFileIfThere(file, host)));
  return {
    mirrors: distinct(all.flatMap((settings) => settings?.mirrors ?? [])),
    repositories: distinct(all.flatMap((settings) => settings?.repositories ?? [])),
    servers: distinct(all.flatMap((settings) => settings?.servers ?? [])),
  };
}

async function readFileIfThere(file: string, host: Host): Promise<MavenSettings | undefined> {
  try {
    return await readSettingsFile(await readFile(file, 'utf8'), file, host);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw new FettleError('E_REGISTRY', `Maven's settings cannot be read: ${messageOf(error)}`, {
      facts: { configuredBy: file },
      hint: 'Run `mvn help:effective-settings` to see what is wrong with them.',
      cause: error,
    });
  }
}

function distinct<Entry extends { readonly id: string }>(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ id }, index) => entries.findIndex((other) => other.id === id) === index);
}

function throughMirror(repository: Repository, { mirrors, servers }: MavenSettings): MavenRepository {
  const mirror =
    mirrors.find(({ mirrorOf }) => mirrorOf === repository.id) ??
    mirrors.find((candidate) => standsFor(candidate, repository));
  if (mirror?.isBlocked === true) throw blocked(repository, mirror);
  const { id, url, file } = mirror ?? repository;
  const place = file === 'default' ? file : `${file} (${mirror ? 'mirror' : 'repository'} ${id})`;
  const found = mavenRepositoryAt(url, place);
  const server = servers.find((candidate) => candidate.id === id);
  return server ? { ...found, authorization: basicAuthorization(server.username, server.password) } : found;
}

/** `*`, ids, `external:*`, `external:http:*` and `!id`, with commas between. */
function standsFor({ mirrorOf }: Mirror, { id, url }: Repository): boolean {
  const patterns = mirrorOf.split(',').map((pattern) => pattern.trim());
  if (patterns.includes(`!${id}`)) return false;
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  const isExternal = protocol !== 'file:' && !['localhost', '127.0.0.1'].includes(hostname);
  return patterns.some(
    (pattern) =>
      pattern === '*' ||
      pattern === id ||
      (pattern === 'external:*' && isExternal) ||
      (pattern === 'external:http:*' && isExternal && protocol === 'http:'),
  );
}

function blocked({ id, file }: Repository, mirror: Mirror): FettleError {
  return new FettleError('E_REGISTRY', `Maven's settings block the repository '${id}'.`, {
    facts: { configuredBy: file, mirror: mirror.id },
    hint: 'Give the repository an https URL, or a mirror of its own.',
  });
}
