import type { Wanted } from './wanted.js';

/**
 * The releases that a range may stand for when they have to be of some age. What has no date is old enough; when nothing
 * is, all are left: whoever asked for the age then refuses the newest, with its date.
 */
export function publishedBefore<R extends { readonly publishedAt: string | undefined }>(
  releases: readonly R[],
  wanted: Wanted,
  bound: string | undefined,
): readonly R[] {
  if (bound === undefined || (wanted.kind !== 'range' && wanted.kind !== 'newest')) return releases;
  const latest = Date.parse(bound);
  const old = releases.filter(({ publishedAt }) => !(Date.parse(publishedAt ?? '') > latest));
  return old.length > 0 ? old : releases;
}
