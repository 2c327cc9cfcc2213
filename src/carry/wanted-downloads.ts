import type { CompleteEntry, Origin } from '../cache/index.js';
import { parseIntegrity, type Integrity } from '../fetch/index.js';
import type { LockedPackage } from '../manifest/index.js';

/** A file that is to be in the store of downloads. */
export interface WantedDownload {
  /** What it is, for errors. */
  readonly name: string;
  readonly digest: Integrity;
}

/** A package as far as its downloads are concerned. */
export interface DownloadingPackage {
  readonly id: string;
  readonly entry: CompleteEntry | undefined;
  readonly locked: LockedPackage | undefined;
}

/**
 * The downloads of packages, as far as their digests are known: what their entries were made of, and what the lock file
 * says. Repositories and files of this machine are not among them.
 */
export function wantedDownloads(packages: readonly DownloadingPackage[]): readonly WantedDownload[] {
  const wanted = new Map<string, WantedDownload>();
  for (const { id, entry, locked } of packages) {
    const digests = [
      ...(entry?.origin ?? []).flatMap(digestsOfOrigin),
      ...(locked?.downloads ?? []).flatMap(({ source, integrity }) =>
        integrity === undefined || !isRemote(source) ? [] : [{ source, digest: parseIntegrity(integrity) }],
      ),
    ];
    for (const { source, digest } of digests) {
      const key = `${digest.algorithm}-${digest.value}`;
      if (!wanted.has(key)) wanted.set(key, { name: `${id}: ${source}`, digest });
    }
  }
  return [...wanted.values()];
}

/** The file by its SHA-256, and by the digest that the recipe asks for it by. A commit of a repository is no such digest. */
function digestsOfOrigin({ url, digest, integrity }: Origin): readonly { source: string; digest: Integrity }[] {
  if (!isRemote(url) || digest === null || !/^[0-9a-f]{64}$/.test(digest)) return [];
  const sha256: Integrity = { algorithm: 'sha256', value: digest };
  return [sha256, ...(integrity ? [integrity] : [])].map((each) => ({ source: url, digest: each }));
}

/** A single letter before the colon is a drive. */
function isRemote(source: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(source) && !/^file:/i.test(source);
}
