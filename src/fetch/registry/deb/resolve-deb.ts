import { FettleError } from '../../../errors/index.js';
import { isHttpUrl, splitCredentials, authorizationHeader } from '../credentials.js';
import { strongestOfHex } from '../digest.js';
import { withQualifier, withVersion } from '../package-url-text.js';
import type { PackageReference } from '../purl.js';
import { factsOf, noPublishedDigest, noSuchPackage, noSuchVersion, type Question } from '../registry-errors.js';
import type { RegistryContext, ResolvedPackage, ResolveOptions } from '../resolved-package.js';
import { AptClient } from './apt-client.js';
import { compareDebianVersions, fitsDebianRange, parseDebianRange } from './debian-versions.js';

/**
 * Finds a Debian package through apt, so that its sources, keys and priorities count, and its signed lists vouch for
 * the digest.
 * @throws FettleError E_REGISTRY
 */
export async function resolveDeb(
  reference: PackageReference,
  context: RegistryContext,
  options: ResolveOptions,
): Promise<ResolvedPackage> {
  const question = { reference, registry: { url: 'apt', configuredBy: 'sources of apt' } };
  const architecture = architectureOf(reference, context, options);
  const name = packageName(reference) + (architecture === undefined ? '' : `:${architecture}`);
  const apt = new AptClient(context, options.signal);
  const { version, file } = await context.remembered.get(
    `deb ${name} ${reference.version}`,
    options.signal,
    async () => {
      const chosen = await chooseVersion(name, question, apt);
      const located = await apt.locate(name, chosen, question);
      return { version: chosen, file: located ?? (await refuseMissing(name, question, apt)) };
    },
  );
  const integrity = strongestOfHex(file.digests) ?? options.expected;
  if (!integrity) throw noPublishedDigest(question, file.fileName);
  const { url, authorization } = isHttpUrl(file.url) ? splitCredentials(file.url) : localFile(file.url, question);
  const purl = withVersion(reference.purl, version);
  return {
    url,
    fileName: plainFileName(file.fileName),
    integrity,
    headers: authorizationHeader(authorization),
    version,
    purl: architecture === undefined ? purl : withQualifier(purl, 'arch', architecture),
    size: file.size,
    proofs: ['signed package lists of apt'],
    warnings: [],
  };
}

function packageName({ name }: PackageReference): string {
  return name.slice(name.indexOf('/') + 1);
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', arm64: 'arm64' };

/** Left to apt where the package is for this machine: a package for all architectures has none of its own. */
function architectureOf(
  { qualifiers, text }: PackageReference,
  { host }: RegistryContext,
  { platform }: ResolveOptions,
): string | undefined {
  const given = qualifiers['arch'];
  if (given !== undefined) {
    if (/^[a-z0-9][a-z0-9-]*$/.test(given)) return given;
    throw new FettleError('E_PURL', `'${given}' is no architecture of Debian.`, {
      facts: { got: text },
      hint: 'Write it like ?arch=amd64 or ?arch=all.',
    });
  }
  const arch = platform?.slice(platform.indexOf('-') + 1) ?? host.arch;
  return arch === host.arch ? undefined : ARCHITECTURES[arch];
}

async function chooseVersion(name: string, question: Question, apt: AptClient): Promise<string> {
  const { wanted } = question.reference;
  if (wanted.kind === 'exact') return wanted.version;
  if (wanted.kind === 'range') {
    const relations = parseDebianRange(wanted.range) ?? [];
    const fitting = (await apt.versions(name, question)).filter((version) => fitsDebianRange(version, relations));
    return fitting.sort(compareDebianVersions).at(-1) ?? refuseMissing(name, question, apt);
  }
  return (await apt.candidate(name, question)) ?? refuseMissing(name, question, apt);
}

async function refuseMissing(name: string, question: Question, apt: AptClient): Promise<never> {
  const versions = [...(await apt.versions(name, question))].sort(compareDebianVersions);
  const { wanted } = question.reference;
  const failure =
    versions.length === 0
      ? noSuchPackage(question)
      : noSuchVersion(
          question,
          versions,
          versions.filter((version) => wanted.kind !== 'exact' || compareDebianVersions(version, wanted.version) < 0)
            .length,
        );
  const advice = 'The lists may be old (apt-get update), or the architecture not added (dpkg --add-architecture).';
  throw new FettleError(failure.code, failure.message, {
    facts: failure.facts,
    hint: `${failure.hint ?? ''} ${advice}`,
  });
}

/** apt may be told to take packages from a folder. */
function localFile(url: string, question: Question): { readonly url: string; readonly authorization: undefined } {
  if (url.startsWith('file:/')) return { url: url.replace(/^file:\/*/, 'file:///'), authorization: undefined };
  throw new FettleError('E_REGISTRY', `apt gets '${question.reference.name}' in a way that fettle cannot.`, {
    facts: { ...factsOf(question), method: url.split(':')[0] ?? '' },
    hint: 'Give apt an http(s) source for it.',
  });
}

/** The epoch's colon is escaped in apt's name; the file in the pool has no epoch, but this one must say all. */
function plainFileName(fileName: string): string {
  return fileName.replace(/%3a/gi, '_');
}
