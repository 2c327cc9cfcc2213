import { authorizationHeader, isHttpUrl, splitCredentials } from '../credentials.js';
import { strongestOfHex, strongestOfSri } from '../digest.js';
import type { Integrity } from '../../integrity.js';
import { loadNpmConfig, npmRegistryAt, type NpmConfig, type NpmRegistry } from './npm-config.js';
import {
  noPublishedDigest,
  noSuchVersion,
  notARegistry,
  parseJsonAnswer,
  refuseBadAnswer,
  type Question,
} from '../registry-errors.js';
import type { PackageReference } from '../purl.js';
import type { RegistryContext, ResolvedPackage, ResolveOptions } from '../resolved-package.js';

/** The abbreviated document first: the whole one of an old package has many megabytes. */
const ACCEPT = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*';

interface NpmRelease {
  readonly tarball: string;
  readonly integrity: Integrity | undefined;
  readonly deprecated: string | undefined;
}

type NpmReleases = ReadonlyMap<string, NpmRelease>;

/**
 * Finds the tarball of an npm package the way npm would, from npm's own configuration.
 * @throws FettleError E_REGISTRY, E_FETCH
 */
export async function resolveNpm(
  reference: PackageReference,
  context: RegistryContext,
  options: ResolveOptions,
): Promise<ResolvedPackage> {
  const { remembered, host } = context;
  const config = await remembered.get('npm configuration', options.signal, () => loadNpmConfig(host));
  const registry = registryFor(reference, config);
  const question = { reference, registry };
  const url = registry.url + reference.name.replace('/', '%2f');
  const headers = { accept: ACCEPT, ...authorizationHeader(config.authorizationFor(url, registry)) };
  const releases = await remembered.get(`npm ${url}`, options.signal, async () => {
    const answer = await context.http.get(url, { headers, signal: options.signal });
    refuseBadAnswer(answer, question);
    return readReleases(parseJsonAnswer(answer, question), () => notARegistry(question, answer));
  });
  const release = releases.get(reference.version) ?? (await refuseMissingVersion(releases, question));
  return describe(release, { config, registry, question, options });
}

function registryFor({ name, qualifiers, text }: PackageReference, config: NpmConfig): NpmRegistry {
  const given = qualifiers['repository_url'];
  return given === undefined ? config.registryOf(name) : npmRegistryAt(given, text);
}

function readReleases(packument: Record<string, unknown>, malformed: () => Error): NpmReleases {
  const versions = packument['versions'];
  if (typeof versions !== 'object' || versions === null) throw malformed();
  const releases = new Map<string, NpmRelease>();
  for (const [version, manifest] of Object.entries(versions as Record<string, PackumentVersion | null>)) {
    const { tarball, integrity, shasum } = manifest?.dist ?? {};
    if (typeof tarball !== 'string' || !isHttpUrl(tarball)) continue;
    const deprecated = manifest?.deprecated;
    releases.set(version, {
      tarball,
      integrity:
        (typeof integrity === 'string' ? strongestOfSri(integrity) : undefined) ?? strongestOfHex({ sha1: shasum }),
      deprecated: typeof deprecated === 'string' && deprecated !== '' ? deprecated : undefined,
    });
  }
  return releases;
}

/** What is used of one version in a packument; it comes from outside, so nothing in it is certain. */
interface PackumentVersion {
  readonly dist?: { readonly tarball?: unknown; readonly integrity?: unknown; readonly shasum?: unknown } | null;
  readonly deprecated?: unknown;
}

async function refuseMissingVersion(releases: NpmReleases, question: Question): Promise<never> {
  const { default: semver } = await import('semver');
  const versions = [...releases.keys()].filter((version) => semver.valid(version) !== null).sort(semver.compareBuild);
  const position = versions.filter((version) => semver.lt(version, question.reference.version)).length;
  throw noSuchVersion(question, versions, position);
}

interface Found {
  readonly config: NpmConfig;
  readonly registry: NpmRegistry;
  readonly question: Question;
  readonly options: ResolveOptions;
}

function describe(release: NpmRelease, { config, registry, question, options }: Found): ResolvedPackage {
  const { name, version } = question.reference;
  const fileName = packFileName(name, version);
  const { url, authorization } = splitCredentials(placeTarball(release.tarball, registry.url, config.replacedHost));
  const integrity = release.integrity ?? options.expected;
  if (!integrity) throw noPublishedDigest(question, fileName);
  return {
    url,
    fileName,
    integrity,
    headers: authorizationHeader(config.authorizationFor(url, registry) ?? authorization),
    version,
    warnings: release.deprecated === undefined ? [] : [`${name}@${version} is deprecated: ${release.deprecated}`],
  };
}

/**
 * A mirror often passes on packuments that name the default registry's host: npm then takes the tarball from the
 * configured registry instead (`replace-registry-host`: a host, a URL prefix, `always` or `never`).
 */
function placeTarball(tarball: string, registry: string, replaced: string): string {
  if (replaced.includes('://')) {
    const prefix = replaced.replace(/\/*$/, '/');
    return tarball.startsWith(prefix) ? registry + tarball.slice(prefix.length) : tarball;
  }
  const from = new URL(tarball);
  if (replaced !== 'always' && replaced !== from.host) return tarball;
  const base = new URL(registry);
  const path = from.pathname.startsWith(base.pathname) ? from.pathname : base.pathname + from.pathname.slice(1);
  return new URL(path + from.search, base).href;
}

/** As `npm pack` names it. The tarball's own URL is no help: registries end it as they like, even in a hash. */
function packFileName(name: string, version: string): string {
  return `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
}
