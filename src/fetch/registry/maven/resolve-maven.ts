import { FettleError } from '../../../errors/index.js';
import type { Integrity } from '../../integrity.js';
import { authorizationHeader } from '../credentials.js';
import { strongestOfHex } from '../digest.js';
import type { RegistryAnswer } from '../http.js';
import { withVersion } from '../package-url-text.js';
import type { PackageReference } from '../purl.js';
import {
  isAbsent,
  noPublishedDigest,
  noSuchPackage,
  noSuchVersion,
  notARegistry,
  refuseBadAnswer,
  type Question,
} from '../registry-errors.js';
import type { RegistryContext, ResolvedPackage, ResolveOptions } from '../resolved-package.js';
import { compareMavenVersions } from './maven-order.js';
import { loadMavenRepositories, mavenRepositoryAt, type MavenRepository } from './maven-settings.js';
import { chooseMavenVersion, type MavenVersions } from './maven-versions.js';
import { childrenOf, parseXml, textOf } from './xml.js';

/** An artifact that was asked for, and all that is needed to ask one repository. */
interface Inquiry {
  readonly reference: PackageReference;
  readonly repository: MavenRepository;
  readonly question: Question;
  readonly context: RegistryContext;
  readonly options: ResolveOptions;
}

/** Best first; many old artifacts have only the last two. */
const CHECKSUMS = ['sha512', 'sha256', 'sha1', 'md5'] as const;

/**
 * Finds the file of a Maven artifact: in the first repository that has the version.
 * @throws FettleError E_PURL, E_REGISTRY, E_FETCH
 */
export async function resolveMaven(
  reference: PackageReference,
  context: RegistryContext,
  options: ResolveOptions,
): Promise<ResolvedPackage> {
  refuseUnsound(reference);
  const repositories = await repositoriesFor(reference, context, options);
  const offered: string[] = [];
  for (const repository of repositories) {
    const question = { reference, registry: repository };
    const inquiry = { reference, repository, question, context, options };
    const found = await findIn(inquiry);
    if (found) return found;
    offered.push(...((await readVersions(inquiry))?.versions ?? []));
  }
  throw missing(offered, { reference, registry: summaryOf(repositories) });
}

function refuseUnsound({ wanted, qualifiers, text }: PackageReference): void {
  if (wanted.kind === 'exact' && /-SNAPSHOT$/i.test(wanted.version)) {
    throw new FettleError('E_PURL', `'${wanted.version}' means another file on another day.`, {
      facts: { got: text },
      hint: 'Name a release, or one snapshot by its time stamp (1.0-20240131.120000-1).',
    });
  }
  for (const key of ['classifier', 'type']) {
    const value = qualifiers[key];
    if (value === undefined || /^\w[\w.-]*$/.test(value)) continue;
    throw new FettleError('E_PURL', `'${value}' cannot be the ${key} of a Maven artifact.`, {
      facts: { got: text },
      hint: 'Write it like ?classifier=sources&type=jar.',
    });
  }
}

async function repositoriesFor(
  { qualifiers, text }: PackageReference,
  { host, remembered }: RegistryContext,
  { signal }: ResolveOptions,
): Promise<readonly MavenRepository[]> {
  const given = qualifiers['repository_url'];
  if (given !== undefined) return [mavenRepositoryAt(given, text)];
  return remembered.get('maven settings', signal, () => loadMavenRepositories(host));
}

async function findIn(inquiry: Inquiry): Promise<ResolvedPackage | undefined> {
  const { reference, options, question } = inquiry;
  const version = await chooseVersion(inquiry);
  if (version === undefined) return undefined;
  const { url, fileName } = placeOf(inquiry, version);
  const published = await readChecksum(url, inquiry);
  if (!published && !(await readVersions(inquiry))?.versions.includes(version)) return undefined;
  const integrity = published?.integrity ?? options.expected;
  if (!integrity) throw noPublishedDigest(question, fileName);
  return {
    url,
    fileName,
    integrity,
    headers: headersOf(inquiry),
    version,
    purl: withVersion(reference.purl, version),
    ...(published?.publishedAt !== undefined && { publishedAt: published.publishedAt }),
    warnings: [],
  };
}

async function chooseVersion(inquiry: Inquiry): Promise<string | undefined> {
  const { wanted } = inquiry.reference;
  if (wanted.kind === 'exact') return wanted.version;
  const versions = await readVersions(inquiry);
  return versions && chooseMavenVersion(wanted, versions);
}

/** @returns undefined when the repository has no such artifact, or keeps no list of versions */
async function readVersions(inquiry: Inquiry): Promise<MavenVersions | undefined> {
  const { question } = inquiry;
  const answer = await ask(`${folderOf(inquiry)}maven-metadata.xml`, inquiry);
  if (isAbsent(answer)) return undefined;
  refuseBadAnswer(answer, question);
  const metadata = await parseXml(answer.body).catch((error: unknown) => {
    throw notARegistry(question, answer, error);
  });
  const [versioning = ''] = childrenOf(metadata, 'metadata', 'versioning');
  const versions = childrenOf(versioning, 'versions', 'version').filter((version) => typeof version === 'string');
  return {
    versions: versions.filter((version) => /^\w[\w.+-]*$/.test(version)),
    latest: textOf(versioning, 'latest') || undefined,
    release: textOf(versioning, 'release') || undefined,
  };
}

interface PublishedChecksum {
  readonly integrity: Integrity;
  readonly publishedAt: string | undefined;
}

async function readChecksum(url: string, inquiry: Inquiry): Promise<PublishedChecksum | undefined> {
  for (const algorithm of CHECKSUMS) {
    const answer = await ask(`${url}.${algorithm}`, inquiry);
    if (isAbsent(answer)) continue;
    refuseBadAnswer(answer, inquiry.question);
    // Some write the file's name after it, or `SHA1(name)= ` before it.
    const words = answer.body.trim().split(/\s+/);
    const integrity = words.map((word) => strongestOfHex({ [algorithm]: word })).find((found) => found !== undefined);
    if (integrity) return { integrity, publishedAt: dateOf(answer) };
  }
  return undefined;
}

/** A repository never changes what it has, so a file is as old as its publication. */
function dateOf({ headers }: RegistryAnswer): string | undefined {
  const time = Date.parse(headers['last-modified'] ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function folderOf({ reference, repository }: Inquiry): string {
  const [group = '', artifact = ''] = reference.name.split(':');
  return `${repository.url}${group.replaceAll('.', '/')}/${artifact}/`;
}

interface ArtifactPlace {
  readonly url: string;
  readonly fileName: string;
}

/** A snapshot's files lie in the folder of the version that they lead to. */
function placeOf(inquiry: Inquiry, version: string): ArtifactPlace {
  const [, artifact = ''] = inquiry.reference.name.split(':');
  const { classifier, type = 'jar' } = inquiry.reference.qualifiers;
  const fileName = `${artifact}-${version}${classifier === undefined ? '' : `-${classifier}`}.${type}`;
  const folder = version.replace(/-\d{8}\.\d{6}-\d+$/, '-SNAPSHOT');
  return { url: `${folderOf(inquiry)}${encodeURIComponent(folder)}/${encodeURIComponent(fileName)}`, fileName };
}

function ask(url: string, inquiry: Inquiry): Promise<RegistryAnswer> {
  const { context, options } = inquiry;
  const headers = headersOf(inquiry);
  return context.remembered.get(`maven ${url}`, options.signal, () =>
    context.http.get(url, { headers, signal: options.signal }),
  );
}

function headersOf({ repository }: Inquiry): Readonly<Record<string, string>> {
  return authorizationHeader(repository.authorization);
}

function missing(offered: readonly string[], question: Question): FettleError {
  if (offered.length === 0) return noSuchPackage(question);
  const { wanted } = question.reference;
  const versions = [...new Set(offered)].sort(compareMavenVersions);
  const isBelow = (version: string): boolean =>
    wanted.kind !== 'exact' || compareMavenVersions(version, wanted.version) < 0;
  return noSuchVersion(question, versions, versions.filter(isBelow).length);
}

function summaryOf(repositories: readonly MavenRepository[]): { url: string; configuredBy: string } {
  const places = new Set(repositories.map(({ configuredBy }) => configuredBy));
  return { url: repositories.map(({ url }) => url).join(', '), configuredBy: [...places].join(', ') };
}
