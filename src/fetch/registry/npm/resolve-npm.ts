import { authorizationHeader, splitCredentials } from '../credentials.js';
import type { RegistryAnswer } from '../http.js';
import { withVersion } from '../package-url-text.js';
import { loadNpmConfig, npmRegistryAt, type NpmConfig, type NpmRegistry } from './npm-config.js';
import { chooseNpmVersion } from './npm-versions.js';
import { keysOf, type NpmEnquiry } from './npm-enquiry.js';
import { assertSigned } from './npm-signatures.js';
import { readPackument, type NpmRelease, type Packument } from './packument.js';
import { checkProvenance } from './provenance/check-provenance.js';
import {
  noPublishedDigest,
  noSuchVersion,
  notARegistry,
  parseJsonAnswer,
  refuseBadAnswer,
  type Question,
} from '../registry-errors.js';
import { publishedBefore } from '../published-before.js';
import type { PackageReference } from '../purl.js';
import type { RegistryContext, ResolvedPackage, ResolveOptions } from '../resolved-package.js';

/** The abbreviated document first: the whole one of an old package has many megabytes. Only that has dates, though. */
const ACCEPT_SHORT = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*';
const ACCEPT_WHOLE = 'application/json; q=1.0, */*; q=0.5';

/**
 * Finds the tarball of an npm package the way npm would, from npm's own configuration.
 * @throws FettleError E_REGISTRY, E_FETCH, E_CHECKSUM, E_PROVENANCE
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
  const accept = options.details === true ? ACCEPT_WHOLE : ACCEPT_SHORT;
  const headers = { accept, ...authorizationHeader(config.authorizationFor(url, registry)) };
  const packument = await remembered.get(`npm ${accept} ${url}`, options.signal, async () => {
    const answer = await context.http.get(url, { headers, signal: options.signal });
    refuseBadAnswer(answer, question);
    return readPackument(parseJsonAnswer(answer, question)) ?? refuseOther(question, answer);
  });
  const release = await chooseRelease(packument, question, options);
  const enquiry = { config, registry, question, options, context };
  const signed = await checkSignatures(release, enquiry);
  const { proofs, build, warnings } = await checkProvenance(release, packument.releases, enquiry);
  const described = describe(release, enquiry);
  return {
    ...described,
    proofs: [...signed, ...proofs],
    ...(build && { build }),
    warnings: [...described.warnings, ...warnings],
  };
}

function registryFor({ name, qualifiers, text }: PackageReference, config: NpmConfig): NpmRegistry {
  const given = qualifiers['repository_url'];
  return given === undefined ? config.registryOf(name) : npmRegistryAt(given, text);
}

function refuseOther(question: Question, answer: RegistryAnswer): never {
  throw notARegistry(question, answer);
}

async function chooseRelease(
  { releases, tags }: Packument,
  question: Question,
  options: ResolveOptions,
): Promise<NpmRelease> {
  const { wanted } = question.reference;
  const old = publishedBefore([...releases.values()], wanted, options.publishedBefore);
  const offers = old.map(({ version, deprecated }) => ({
    version,
    isDeprecated: deprecated !== undefined,
  }));
  const isLatestOffered = offers.some(({ version }) => version === tags.get('latest'));
  const offeredTags = wanted.kind === 'newest' && !isLatestOffered ? new Map<string, string>() : tags;
  const version = await chooseNpmVersion(wanted, offers, offeredTags);
  const release = version === undefined ? undefined : releases.get(version);
  return release ?? refuseMissingVersion(releases, question);
}

async function refuseMissingVersion(releases: Packument['releases'], question: Question): Promise<never> {
  const { default: semver } = await import('semver');
  const { wanted } = question.reference;
  const versions = [...releases.keys()].filter((version) => semver.valid(version) !== null).sort(semver.compareBuild);
  const isBelow = (version: string): boolean => wanted.kind !== 'exact' || semver.lt(version, wanted.version);
  throw noSuchVersion(question, versions, versions.filter(isBelow).length);
}

/** A registry that signs nothing, or keeps its keys to itself (as mirrors do), is no failure: it is told by no proof. */
async function checkSignatures(release: NpmRelease, enquiry: NpmEnquiry): Promise<readonly string[]> {
  if (release.signing.signatures.length === 0) return [];
  const keys = await keysOf(enquiry);
  if (keys.length === 0) return [];
  assertSigned(release, keys, enquiry.question);
  return ['registry signature'];
}

function describe(release: NpmRelease, { config, registry, question, options }: NpmEnquiry): ResolvedPackage {
  const { name, purl } = question.reference;
  const { version, deprecated, publishedAt } = release;
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
    purl: withVersion(purl, version),
    ...(publishedAt !== undefined && { publishedAt }),
    warnings: deprecated === undefined ? [] : [`${name}@${version} is deprecated: ${deprecated}`],
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
