import { FettleError } from '../../../errors/index.js';
import type { Integrity } from '../../integrity.js';
import { authorizationHeader, sameOrigin } from '../credentials.js';
import { defaultPythonIndex } from '../default-registries.js';
import { normalizeName, parseDistribution, SDIST_EXTENSIONS, type Distribution, type Wheel } from './distribution.js';
import { loadNetrc, netrcAuthorization, type Netrc } from './netrc.js';
import { loadPipIndexes, pipIndexAt, type PipIndex } from './pip-config.js';
import { withQualifier, withVersion } from '../package-url-text.js';
import { publishedBefore } from '../published-before.js';
import type { PackageReference } from '../purl.js';
import {
  factsOf,
  isAbsent,
  noPublishedDigest,
  noSuchPackage,
  noSuchVersion,
  notARegistry,
  refuseBadAnswer,
  type Question,
} from '../registry-errors.js';
import type { RegistryContext, ResolvedPackage, ResolveOptions } from '../resolved-package.js';
import { readSimpleIndex, SIMPLE_INDEX_ACCEPT, type IndexFile } from './simple-index.js';
import { rankPythonVersions } from './python-versions.js';
import { chooseWheel } from './wheel-choice.js';

interface Candidate extends IndexFile {
  readonly distribution: Distribution;
}

interface Search {
  readonly reference: PackageReference;
  readonly context: RegistryContext;
  readonly options: ResolveOptions;
  readonly netrc: Netrc;
}

/**
 * Finds the file of a Python package in pip's configured indexes: the first index that has the version is the one that
 * counts, so a later one can never slip a file under a version that an earlier one has.
 * @throws FettleError E_PURL, E_REGISTRY, E_FETCH
 */
export async function resolvePypi(
  reference: PackageReference,
  context: RegistryContext,
  options: ResolveOptions,
): Promise<ResolvedPackage> {
  refuseUnknownKind(reference);
  const indexes = await indexesFor(reference, context, options);
  const netrc = await context.remembered.get('netrc', options.signal, () => loadNetrc(context.host));
  const search = { reference, context, options, netrc };
  const offered: Candidate[] = [];
  for (const index of indexes) {
    const candidates = await candidatesOf(index, search);
    const old = publishedBefore(candidates, reference.wanted, options.publishedBefore);
    const versions = await versionsOf(old, reference);
    if (versions.length > 0) return describe(chooseVersion(versions, index, search), index, search);
    offered.push(...candidates);
  }
  return refuseMissing(offered, { reference, registry: summaryOf(indexes) });
}

function refuseUnknownKind({ qualifiers, text }: PackageReference): void {
  const kind = qualifiers['type'];
  if (kind === undefined || kind === 'wheel' || kind === 'sdist') return;
  throw new FettleError('E_PURL', `The package URL '${text}' asks for a '${kind}'.`, {
    facts: { got: kind, expected: ['wheel', 'sdist'] },
    hint: 'Say type=wheel, type=sdist, or leave it out: a wheel that fits is then preferred.',
  });
}

async function indexesFor(
  { qualifiers, text }: PackageReference,
  { host, remembered }: RegistryContext,
  { signal }: ResolveOptions,
): Promise<readonly PipIndex[]> {
  const given = qualifiers['repository_url'];
  if (given !== undefined) return [pipIndexAt(given, text)];
  return remembered.get('pip configuration', signal, () => loadPipIndexes(host, defaultPythonIndex));
}

/** An index without the project has no candidates; that is no failure while there are more indexes. */
async function candidatesOf(index: PipIndex, search: Search): Promise<readonly Candidate[]> {
  const { reference, context, options } = search;
  const url = `${index.url}${normalizeName(reference.name)}/`;
  const question = { reference, registry: index };
  return context.remembered.get(`pypi ${url}`, options.signal, async () => {
    const headers = { accept: SIMPLE_INDEX_ACCEPT, ...authorizationFor(url, index, search.netrc) };
    const answer = await context.http.get(url, { headers, signal: options.signal });
    if (isAbsent(answer)) return [];
    refuseBadAnswer(answer, question);
    const files = readSimpleIndex(answer);
    if (!files) throw notARegistry(question, answer);
    return files.flatMap((file) => {
      const distribution = parseDistribution(file.fileName, reference.name);
      return distribution ? [{ ...file, distribution }] : [];
    });
  });
}

/** pip's rule: an index's own credentials for everything on its origin, else what netrc has for the host. */
function authorizationFor(url: string, index: PipIndex, netrc: Netrc): Record<string, string> {
  const own = sameOrigin(url, index.url) ? index.authorization : undefined;
  return authorizationHeader(own ?? netrcAuthorization(netrc, url));
}

/** The files of each version that fits, best version first. A range takes no version that was withdrawn as a whole. */
async function versionsOf(
  candidates: readonly Candidate[],
  { wanted }: PackageReference,
): Promise<readonly (readonly Candidate[])[]> {
  const { default: pep440 } = await import('@renovatebot/pep440');
  const usable = wanted.kind === 'exact' ? candidates : candidates.filter(({ yanked }) => yanked === undefined);
  const ranked = await rankPythonVersions(
    wanted,
    usable.map(({ distribution }) => distribution.version),
  );
  // File names may spell one version in two ways: `1.0` and `1.0.0`.
  const distinct = ranked.filter((version, index) => index === 0 || !pep440.eq(version, ranked[index - 1] ?? ''));
  return distinct.map((version) =>
    usable.filter(
      ({ distribution }) => ranked.includes(distribution.version) && pep440.eq(distribution.version, version),
    ),
  );
}

/** The best version that has a file for this platform; of an exact version there is only the one. */
function chooseVersion(versions: readonly (readonly Candidate[])[], index: PipIndex, search: Search): Choice {
  const choices = versions.map((candidates) => chooseFile(candidates, search));
  const [choice] = choices.filter((found) => found !== undefined);
  if (!choice) throw noSuchFile(versions[0] ?? [], { reference: search.reference, registry: index });
  return choice;
}

interface Choice {
  readonly file: Candidate;
  readonly warnings: readonly string[];
}

function chooseFile(candidates: readonly Candidate[], { reference, context, options }: Search): Choice | undefined {
  const { name, qualifiers } = reference;
  const current = candidates.filter(({ yanked }) => yanked === undefined);
  const usable = current.length > 0 ? current : candidates;
  const named = qualifiers['file_name'];
  const wheels = usable.filter(isWheelCandidate).map((file) => ({ ...file, wheel: file.distribution }));
  const wheel =
    qualifiers['type'] === 'sdist' ? undefined : chooseWheel(wheels, context.wheelPlatform(options.platform));
  const sdist = qualifiers['type'] === 'wheel' ? undefined : chooseSdist(usable);
  const file = named === undefined ? (wheel ?? sdist) : candidates.find(({ fileName }) => fileName === named);
  if (!file) return undefined;
  const { version } = file.distribution;
  const warnings: string[] = [];
  if (file.yanked !== undefined) {
    warnings.push(`${name} ${version} was withdrawn from its index${file.yanked === '' ? '' : `: ${file.yanked}`}`);
  }
  if (file === sdist && wheels.length > 0 && qualifiers['type'] === undefined && named === undefined) {
    warnings.push(`No wheel of ${name} ${version} fits this platform: its source distribution is used.`);
  }
  return { file, warnings };
}

function isWheelCandidate(file: Candidate): file is Candidate & { readonly distribution: Wheel } {
  return file.distribution.kind === 'wheel';
}

function chooseSdist(candidates: readonly Candidate[]): Candidate | undefined {
  const rank = ({ distribution }: Candidate): number =>
    distribution.kind === 'sdist' ? SDIST_EXTENSIONS.indexOf(distribution.extension) : -1;
  return candidates
    .filter(({ distribution }) => distribution.kind === 'sdist')
    .sort((left, right) => rank(left) - rank(right) || (left.fileName < right.fileName ? -1 : 1))[0];
}

function describe({ file, warnings }: Choice, index: PipIndex, { reference, options, netrc }: Search): ResolvedPackage {
  const integrity: Integrity | undefined = file.integrity ?? options.expected;
  if (!integrity) throw noPublishedDigest({ reference, registry: index }, file.fileName);
  return {
    url: file.url,
    fileName: file.fileName,
    integrity,
    headers: authorizationFor(file.url, index, netrc),
    version: file.distribution.version,
    // A file that is added to the version tomorrow must not be preferred.
    purl: withQualifier(withVersion(reference.purl, file.distribution.version), 'file_name', file.fileName),
    ...(file.size !== undefined && { size: file.size }),
    ...(file.publishedAt !== undefined && { publishedAt: file.publishedAt }),
    warnings,
  };
}

function noSuchFile(candidates: readonly Candidate[], question: Question): FettleError {
  const { name } = question.reference;
  const [{ distribution: { version } } = { distribution: question.reference }] = candidates;
  return new FettleError('E_REGISTRY', `${name} ${version} has no file that fits.`, {
    facts: { ...factsOf(question), available: candidates.map(({ fileName }) => fileName).sort() },
    hint: 'Choose one of the available files with ?file_name=…, or ?type=sdist.',
  });
}

async function refuseMissing(offered: readonly Candidate[], question: Question): Promise<never> {
  if (offered.length === 0) throw noSuchPackage(question);
  const { default: pep440 } = await import('@renovatebot/pep440');
  const known = offered
    .map(({ distribution }) => distribution.version)
    .filter((version) => pep440.valid(version) !== null);
  const versions = [...new Set(known)].sort(pep440.compare);
  const { wanted } = question.reference;
  const isBelow = (version: string): boolean => wanted.kind !== 'exact' || pep440.lt(version, wanted.version);
  throw noSuchVersion(question, versions, versions.filter(isBelow).length);
}

function summaryOf(indexes: readonly PipIndex[]): { url: string; configuredBy: string } {
  const sources = new Set(indexes.map(({ configuredBy }) => configuredBy));
  return { url: indexes.map(({ url }) => url).join(', '), configuredBy: [...sources].join(', ') };
}
