import type { PackageRequest } from './request.js';
import { type FettleError } from '../errors/index.js';
import { packageId } from './package-id.js';
import { Place } from './place.js';

/**
 * Drops entries that ask for a package a second time (and for the same phase).
 * @throws FettleError E_SOURCE_CONFLICT when one identity is to come from two places
 */
export function uniqueRequests(requests: readonly PackageRequest[]): readonly PackageRequest[] {
  const firstOfIdentity = new Map<string, PackageRequest>();
  const unique = new Map<string, PackageRequest>();
  for (const request of requests) {
    const first = firstOfIdentity.get(request.identity.text);
    if (!first) firstOfIdentity.set(request.identity.text, request);
    else if (describeSource(first) !== describeSource(request)) throw sourceConflict(first, request);
    const key = `${request.neededBy ?? ''} ${packageId(request.identity, request.options)}`;
    if (!unique.has(key)) unique.set(key, request);
  }
  return Object.freeze([...unique.values()]);
}

/** Where a request's recipe comes from, in words; two requests agree exactly when these are equal. */
function describeSource({ source, ref, subdir, integrity, fetch }: PackageRequest): string {
  if (fetch) return `fetch function of ${fetch.file}:${fetch.line}`;
  const address = source?.kind === 'path' ? source.path : (source?.text ?? 'no source');
  const digest = integrity && `${integrity.algorithm} ${integrity.value}`;
  return [address, ref && `ref ${ref}`, subdir && `subdir ${subdir}`, digest].filter(Boolean).join(', ');
}

function sourceConflict(first: PackageRequest, second: PackageRequest): FettleError {
  const place = Place.of(second.declaredIn, 'E_MANIFEST');
  return place.error(`${first.identity.text} is asked for from two different sources.`, {
    code: 'E_SOURCE_CONFLICT',
    facts: { identity: first.identity.text, first: describePlace(first), second: describePlace(second) },
    hint: 'Name one source in both places, or give one of the recipes another identity.',
  });
}

function describePlace(request: PackageRequest): string {
  const { file, field, line } = request.declaredIn;
  return `${describeSource(request)} (${field} in ${file}${line === undefined ? '' : `:${line}`})`;
}
