import { FettleError } from '../errors/index.js';
import type { ResolvedFetch } from './fetcher.js';

/**
 * Case does not count, because some file systems do not count it either.
 * @throws FettleError E_FETCH_NAME when two would have one name
 */
export function assertNamesDiffer(fetches: readonly ResolvedFetch[]): void {
  const seen = new Map<string, ResolvedFetch>();
  for (const fetch of fetches) {
    const key = fetch.fileName.normalize('NFC').toLowerCase();
    const other = seen.get(key);
    if (other) throw sameName(other, fetch);
    seen.set(key, fetch);
  }
}

function sameName(first: ResolvedFetch, second: ResolvedFetch): FettleError {
  return new FettleError('E_FETCH_NAME', `Two downloads would both be called "${second.fileName}".`, {
    facts: { name: second.fileName, sources: [first.url, second.url] },
    hint: 'Give one of them another file name with dest = "…".',
  });
}
