import type { FetchRequest, PinnedFetch } from './fetcher.js';
import { checkFileName, fileNameOf } from './file-name.js';
import { redactUrl } from './redact-url.js';
import type { ResolvedPackage } from './registry/index.js';
import type { Source } from './source.js';

type SourceOf<Kind extends Source['kind']> = Extract<Source, { readonly kind: Kind }>;

/** What a registry is asked of a request. */
export interface RegistryQuestion extends Pick<
  FetchRequest,
  'integrity' | 'platform' | 'publishedBefore' | 'isStrict'
> {
  /** Ask also for what costs more, such as the date of publication. */
  readonly details?: boolean;
}

/** Whom to ask what a name stands for now. */
export interface PinAuthorities {
  askRegistry(source: SourceOf<'registry'>, question: RegistryQuestion, signal: AbortSignal): Promise<ResolvedPackage>;
  askGit(source: SourceOf<'git'>, request: FetchRequest, signal: AbortSignal): Promise<string>;
}

/**
 * Writes down what a request stands for now. A path and a URL stand for themselves.
 * @throws FettleError E_FETCH_NAME, E_REGISTRY, E_PURL, E_FETCH, E_GIT, E_OFFLINE
 */
export async function pinFetch(
  request: FetchRequest,
  signal: AbortSignal,
  authorities: PinAuthorities,
): Promise<PinnedFetch> {
  const { source, dest, integrity } = request;
  const named = dest === undefined ? undefined : checkFileName(dest, source.text);
  if (source.kind === 'registry') {
    return pinPackage(request, source, await authorities.askRegistry(source, { ...request, details: true }, signal));
  }
  const pinned = { request, fileName: named ?? fileNameOf(source), url: source.text, integrity, warnings: [] };
  if (source.kind !== 'git') return pinned;
  const commit = await authorities.askGit(source, request, signal);
  return { ...pinned, request: { ...request, ref: commit }, commit };
}

function pinPackage(request: FetchRequest, source: SourceOf<'registry'>, found: ResolvedPackage): PinnedFetch {
  const { version, size, publishedAt, proofs = [], build, warnings } = found;
  const exact: Source = { kind: 'registry', purl: found.purl, text: redactUrl(found.purl) };
  return {
    request: { ...request, source: exact },
    fileName: checkFileName(request.dest ?? found.fileName, source.text),
    url: redactUrl(found.url),
    integrity: request.integrity ?? found.integrity,
    version,
    ...(size !== undefined && { size }),
    ...(publishedAt !== undefined && { publishedAt }),
    ...(proofs.length > 0 && { proofs }),
    ...(build && { build }),
    warnings,
  };
}
