import { FettleError, hasCode } from '../../../errors/index.js';
import type { Integrity } from '../../integrity.js';
import { withVersion } from '../package-url-text.js';
import type { PackageReference } from '../purl.js';
import {
  isAbsent,
  noPublishedDigest,
  noSuchPackage,
  noSuchVersion,
  notARegistry,
  parseJsonAnswer,
  refuseBadAnswer,
  type Question,
} from '../registry-errors.js';
import type { RegistryAnswer } from '../http.js';
import type { RegistryContext, ResolvedPackage, ResolveOptions } from '../resolved-package.js';
import { loadGoEnvironment, type GoEnvironment } from './go-environment.js';
import { readModuleNotes, retractionOf, type ModuleNotes } from './go-mod.js';
import { ModuleProxy } from './go-proxy.js';
import { chooseGoVersion, sortGoVersions } from './go-versions.js';
import { SumDatabase } from './sum-database.js';

/** A module that was asked for, and all that is needed to ask one proxy. */
interface Inquiry {
  readonly reference: PackageReference;
  readonly environment: GoEnvironment;
  readonly proxy: ModuleProxy;
  readonly question: Question;
  readonly context: RegistryContext;
  readonly options: ResolveOptions;
}

/**
 * Finds the zip of a Go module, from the proxies that the go command would ask.
 * @throws FettleError E_REGISTRY, E_FETCH, E_CHECKSUM when the checksum database is not to be trusted
 */
export async function resolveGo(
  reference: PackageReference,
  context: RegistryContext,
  options: ResolveOptions,
): Promise<ResolvedPackage> {
  const load = (): Promise<GoEnvironment> => loadGoEnvironment(context.host);
  const environment = await context.remembered.get('go environment', options.signal, load);
  const given = reference.qualifiers['repository_url'];
  if (given === undefined && environment.isDirect(reference.name))
    throw needsProxy(reference, 'GOPRIVATE or GONOPROXY');
  const proxies = given === undefined ? environment.proxies : [{ url: given, mayFail: false }];
  const configuredBy = given === undefined ? environment.configuredBy : reference.text;
  let failure: unknown = needsProxy(reference, configuredBy);
  for (const { url, mayFail } of proxies) {
    if (url === 'off' || url === 'direct') break;
    const proxy = openProxy(url, configuredBy, context);
    const question = { reference, registry: proxy.base };
    try {
      return await resolveFrom({ reference, environment, proxy, question, context, options });
    } catch (error) {
      if (!mayFail && !isAbsence(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

function openProxy(url: string, configuredBy: string, { http }: RegistryContext): ModuleProxy {
  if (/^(https?|file):/.test(url) && URL.canParse(url)) return new ModuleProxy(url, configuredBy, http);
  throw new FettleError('E_REGISTRY', 'A configured Go proxy is not an http(s) or file URL.', {
    facts: { configuredBy },
    hint: `Correct the proxy's address (${configuredBy}).`,
  });
}

function isAbsence(error: unknown): boolean {
  return hasCode(error, 'E_REGISTRY') && (error as FettleError).facts['absent'] === true;
}

async function resolveFrom(inquiry: Inquiry): Promise<ResolvedPackage> {
  const { reference, proxy, options } = inquiry;
  const { version, time } = await findVersion(inquiry);
  const fileName = zipName(reference.name, version);
  const published = await publishedSum(version, inquiry);
  const integrity = published ?? options.expected;
  if (!integrity) throw noPublishedDigest(inquiry.question, fileName);
  return {
    url: proxy.urlOf(reference.name, `${version}.zip`),
    fileName,
    integrity,
    headers: proxy.headers,
    version,
    purl: withVersion(reference.purl, version),
    ...(time !== undefined && { publishedAt: time }),
    proofs: published ? ['checksum database'] : [],
    warnings: await warningsOf(version, inquiry),
  };
}

interface FoundVersion {
  readonly version: string;
  /** ISO 8601 */
  readonly time: string | undefined;
}

async function findVersion(inquiry: Inquiry): Promise<FoundVersion> {
  const { wanted, name } = inquiry.reference;
  if (wanted.kind === 'exact' || wanted.kind === 'tag') {
    return readInfo(
      inquiry.proxy.urlOf(name, `${wanted.kind === 'exact' ? wanted.version : wanted.tag}.info`),
      inquiry,
    );
  }
  const versions = await listVersions(inquiry);
  const notes = await notesOf(versions, inquiry);
  const retracted = await Promise.all(versions.map((version) => retractionOf(version, notes.retractions)));
  const chosen = await chooseGoVersion(
    wanted,
    versions.filter((_, index) => retracted[index] === undefined),
  );
  if (chosen !== undefined) return readInfo(inquiry.proxy.urlOf(name, `${chosen}.info`), inquiry);
  // A module without tags has at least its newest commit.
  if (wanted.kind === 'newest') return readInfo(inquiry.proxy.latestUrlOf(name), inquiry);
  throw absent(noSuchVersion(inquiry.question, versions, versions.length));
}

async function readInfo(url: string, inquiry: Inquiry): Promise<FoundVersion> {
  const { question, reference } = inquiry;
  const answer = await ask(url, inquiry);
  if (isAbsent(answer)) {
    const versions = await listVersions(inquiry);
    throw absent(
      versions.length === 0 && reference.wanted.kind !== 'exact'
        ? noSuchPackage(question)
        : noSuchVersion(question, versions, versions.length),
    );
  }
  refuseBadAnswer(answer, question);
  const { Version: version, Time: time } = parseJsonAnswer(answer, question);
  if (typeof version !== 'string' || !/^v[\w.+-]+$/.test(version)) throw notARegistry(question, answer);
  return { version, time: typeof time === 'string' ? time : undefined };
}

async function listVersions(inquiry: Inquiry): Promise<readonly string[]> {
  const { proxy, question, reference } = inquiry;
  const answer = await ask(proxy.urlOf(reference.name, 'list'), inquiry);
  if (isAbsent(answer)) throw absent(noSuchPackage(question));
  refuseBadAnswer(answer, question);
  return sortGoVersions(answer.body.split('\n').map((line) => line.trim().split(/\s+/)[0] ?? ''));
}

/** Retractions and deprecation are told by the newest version's `go.mod`. */
async function notesOf(versions: readonly string[], inquiry: Inquiry): Promise<ModuleNotes> {
  const newest = (await chooseGoVersion({ kind: 'newest' }, versions)) ?? versions.at(-1);
  if (newest === undefined) return { deprecated: undefined, retractions: [] };
  const answer = await ask(inquiry.proxy.urlOf(inquiry.reference.name, `${newest}.mod`), inquiry);
  return readModuleNotes(answer.status === 200 ? answer.body : '');
}

async function warningsOf(version: string, inquiry: Inquiry): Promise<readonly string[]> {
  const { name } = inquiry.reference;
  const answer = await ask(inquiry.proxy.urlOf(name, 'list'), inquiry);
  if (answer.status !== 200) return [];
  const { deprecated, retractions } = await notesOf(await listVersions(inquiry), inquiry);
  const retracted = await retractionOf(version, retractions);
  return [
    ...(deprecated === undefined ? [] : [`${name} is deprecated: ${deprecated}`]),
    ...(retracted === undefined ? [] : [`${name} ${version} was retracted: ${retracted}`]),
  ];
}

/** What the checksum database says; undefined when it may not be asked. */
async function publishedSum(version: string, inquiry: Inquiry): Promise<Integrity | undefined> {
  const { environment, reference, proxy, context, options } = inquiry;
  const { sumDatabase } = environment;
  if (!sumDatabase || environment.isUnchecked(reference.name)) return undefined;
  const database = new SumDatabase(sumDatabase, { proxy, context, signal: options.signal });
  return database.lookUp(reference, version);
}

function ask(url: string, { proxy, context, options }: Inquiry): Promise<RegistryAnswer> {
  return context.remembered.get(`go ${url}`, options.signal, () => proxy.get(url, options.signal));
}

/** The last path element that is no major version, and the version. */
function zipName(module: string, version: string): string {
  const [, last = module] = /([^/]+?)(\/v\d+)?$/.exec(module) ?? [];
  return `${last}-${version}.zip`;
}

/** A proxy may say that it has none and leave the question to the next. */
function absent(error: FettleError): FettleError {
  return new FettleError(error.code, error.message, {
    facts: { ...error.facts, absent: true },
    ...(error.hint !== undefined && { hint: error.hint }),
  });
}

function needsProxy({ name, text }: PackageReference, configuredBy: string): FettleError {
  return new FettleError('E_REGISTRY', `No proxy may be asked for the Go module '${name}'.`, {
    facts: { package: text, configuredBy },
    hint: 'fettle fetches modules from proxies only; name one with ?repository_url=…, or use its repository as a git source.',
  });
}
