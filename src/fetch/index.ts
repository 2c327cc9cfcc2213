export type { FetchedFile, FetchOptions, Fetcher, FetchRequest, ResolvedFetch } from './fetcher.js';
export type { Integrity } from './integrity.js';
export type { Source } from './source.js';
// createFetcher({ host, offline, connections, emit? }): Fetcher
// parseSource(text, baseDir): Source        throws E_SOURCE; relative paths resolve against baseDir
// parseIntegrity(text): Integrity           64 hex, any case, or SRI; throws E_INTEGRITY_SPEC
// hashFile(path, algorithm?): Promise<string>
// fileNameOf(source): string                last segment without query, %XX decoded; throws E_FETCH_NAME
// redactUrl(text): string
