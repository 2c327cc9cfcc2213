import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FettleError, hasCode, messageOf } from '../../../errors/index.js';
import { loadCargoConfig } from './cargo-config.js';
import { fillDownloadTemplate, indexPath, parseIndexFile, type CrateRelease } from './cargo-index.js';
import {
  findCargoSource,
  sparseSourceAt,
  type CargoSource,
  type LocalSource,
  type SparseSource,
} from './cargo-source.js';
import { chooseCargoVersion } from './cargo-versions.js';
import { publishedBefore } from '../published-before.js';
import { authorizationHeader, isHttpUrl, isUnauthorized } from '../credentials.js';
import { defaultCargoIndex } from '../default-registries.js';
import {
  factsOf,
  noPublishedDigest,
  noSuchPackage,
  noSuchVersion,
  notARegistry,
  parseJsonAnswer,
  refuseBadAnswer,
  type Question,
} from '../registry-errors.js';
import type { RegistryAnswer } from '../http.js';
import { withVersion } from '../package-url-text.js';
import type { PackageReference } from '../purl.js';
import type { RegistryContext, ResolvedPackage, ResolveOptions } from '../resolved-package.js';

/** A crate that was asked for, and all that is needed to ask. */
interface Inquiry {
  readonly question: Question;
  readonly context: RegistryContext;
  readonly options: ResolveOptions;
}

/**
 * Finds the crate file of a cargo package, from the source that cargo's configuration leads to.
 * @throws FettleError E_REGISTRY, E_FETCH
 */
export async function resolveCargo(
  reference: PackageReference,
  context: RegistryContext,
  options: ResolveOptions,
): Promise<ResolvedPackage> {
  const source = await sourceFor(reference, context, options);
  const inquiry = { question: { reference, registry: source }, context, options };
  return source.kind === 'sparse' ? resolveSparse(source, inquiry) : resolveLocal(source, inquiry);
}

async function sourceFor(
  { qualifiers, text }: PackageReference,
  { host, remembered }: RegistryContext,
  { signal }: ResolveOptions,
): Promise<CargoSource> {
  const config = await remembered.get('cargo configuration', signal, () => loadCargoConfig(host));
  const given = qualifiers['repository_url'];
  return given === undefined ? findCargoSource(config, defaultCargoIndex) : sparseSourceAt(given, text, config);
}

async function resolveSparse(source: SparseSource, inquiry: Inquiry): Promise<ResolvedPackage> {
  const { context, options, question } = inquiry;
  const { dl, headers } = await context.remembered.get(`cargo ${source.url}config.json`, options.signal, () =>
    readIndexConfig(source, inquiry),
  );
  const url = source.url + indexPath(question.reference.name);
  const releases = await context.remembered.get(`cargo ${url}`, options.signal, async () => {
    const answer = await context.http.get(url, { headers, signal: options.signal });
    refuseBadAnswer(answer, question);
    return parseIndexFile(answer.body);
  });
  const { name, version, file } = await findCrate(releases, inquiry);
  const sha256 = file.integrity.algorithm === 'sha256' ? file.integrity.value : '';
  return { ...file, url: fillDownloadTemplate(dl, { name, version, sha256 }), headers };
}

interface IndexConfig {
  readonly dl: string;
  /** What every request to this registry carries. */
  readonly headers: Readonly<Record<string, string>>;
}

async function readIndexConfig(source: SparseSource, { context, options, question }: Inquiry): Promise<IndexConfig> {
  const url = `${source.url}config.json`;
  const withToken = authorizationHeader(source.token);
  const ask = (headers: Record<string, string>): Promise<RegistryAnswer> =>
    context.http.get(url, { headers, signal: options.signal });
  let answer = await ask({});
  // A registry that requires a token may require it for this file too; cargo also tries without one first.
  if (isUnauthorized(answer) && source.token !== undefined) answer = await ask(withToken);
  if (answer.status === 404) throw notARegistry(question, answer);
  refuseBadAnswer(answer, question);
  const { dl, 'auth-required': authRequired } = parseJsonAnswer(answer, question);
  if (typeof dl !== 'string' || !isHttpUrl(dl)) throw notARegistry(question, answer);
  return { dl, headers: authRequired === true ? withToken : {} };
}

async function resolveLocal(source: LocalSource, inquiry: Inquiry): Promise<ResolvedPackage> {
  const file = join(source.folder, 'index', ...indexPath(inquiry.question.reference.name).split('/'));
  const releases = parseIndexFile(await readIndexFile(file, inquiry.question));
  const { file: crate } = await findCrate(releases, inquiry);
  return { ...crate, url: pathToFileURL(join(source.folder, crate.fileName)).href, headers: {} };
}

async function readIndexFile(file: string, question: Question): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) throw noSuchPackage(question);
    throw new FettleError('E_REGISTRY', `The local registry's index cannot be read: ${messageOf(error)}`, {
      facts: { ...factsOf(question), path: file },
      cause: error,
    });
  }
}

interface FoundCrate {
  /** Both as the registry spells them. */
  readonly name: string;
  readonly version: string;
  readonly file: Omit<ResolvedPackage, 'url' | 'headers'>;
}

async function findCrate(releases: readonly CrateRelease[], { question, options }: Inquiry): Promise<FoundCrate> {
  const { reference } = question;
  const old = publishedBefore(releases, reference.wanted, options.publishedBefore);
  const release = (await findRelease(old, reference)) ?? (await refuseMissingVersion(releases, question));
  const { name, version, yanked, publishedAt } = release;
  const fileName = `${name}-${version}.crate`;
  const integrity = release.integrity ?? options.expected;
  if (!integrity) throw noPublishedDigest(question, fileName);
  const warnings = yanked ? [`${name} ${version} was yanked from its registry.`] : [];
  const purl = withVersion(question.reference.purl, version);
  const file = { fileName, integrity, version, purl, ...(publishedAt !== undefined && { publishedAt }), warnings };
  return { name, version, file };
}

/** Build metadata may be left out: a registry never holds two versions that differ only in it. */
async function findRelease(
  releases: readonly CrateRelease[],
  { wanted }: PackageReference,
): Promise<CrateRelease | undefined> {
  const chosen = wanted.kind === 'exact' ? wanted.version : await chooseCargoVersion(wanted, releases);
  return (
    releases.find(({ version }) => version === chosen) ??
    releases.find(({ version }) => version.split('+')[0] === chosen)
  );
}

async function refuseMissingVersion(releases: readonly CrateRelease[], question: Question): Promise<never> {
  const { default: semver } = await import('semver');
  const known = releases.map(({ version }) => version).filter((version) => semver.valid(version) !== null);
  const versions = known.sort(semver.compareBuild);
  const { wanted } = question.reference;
  const isBelow = (version: string): boolean => wanted.kind !== 'exact' || semver.lt(version, wanted.version);
  throw noSuchVersion(question, versions, versions.filter(isBelow).length);
}
