import { stat } from 'node:fs/promises';
import { FettleError, hasCode } from '../errors/index.js';
import { hashFile, storedDownload, type Integrity } from '../fetch/index.js';
import type { CarriedDownload } from './format.js';
import type { WantedDownload } from './wanted-downloads.js';

/** A download to be exported, and where it lies. */
export interface FoundDownload extends CarriedDownload {
  readonly path: string;
}

export interface FoundDownloads {
  readonly found: readonly FoundDownload[];
  /** Names of those that are not in the store. */
  readonly missing: readonly string[];
}

/**
 * Finds files in the store of downloads and verifies them. A file that is wanted by several digests is one file.
 * @throws FettleError E_CHECKSUM for one that has changed
 */
export async function findDownloads(
  folder: string,
  wanted: readonly WantedDownload[],
  signal: AbortSignal,
): Promise<FoundDownloads> {
  const found = new Map<string, FoundDownload & { others: Integrity[] }>();
  const missing: string[] = [];
  for (const { name, digest } of wanted) {
    signal.throwIfAborted();
    const path = storedDownload(folder, digest);
    const stats = await statIfThere(path);
    if (!stats) {
      missing.push(name);
      continue;
    }
    const sha256 = await verifiedSha256(path, name, digest);
    const known = found.get(sha256) ?? { sha256, bytes: stats.size, others: [], path };
    found.set(sha256, known);
    if (digest.algorithm !== 'sha256') known.others.push(digest);
  }
  const byDigest = [...found.values()].sort((left, right) => (left.sha256 < right.sha256 ? -1 : 1));
  return { found: byDigest, missing: [...new Set(missing)].sort() };
}

async function verifiedSha256(path: string, name: string, digest: Integrity): Promise<string> {
  const sha256 = await hashFile(path);
  const got = digest.algorithm === 'sha256' ? sha256 : await hashFile(path, digest.algorithm);
  if (got === digest.value) return sha256;
  throw new FettleError('E_CHECKSUM', `The copy of ${name} in the cache has changed.`, {
    facts: { path, expected: digest.value, got },
    hint: 'Run "fettle fetch --all" to download it again, or export with --no-downloads.',
  });
}

async function statIfThere(path: string): Promise<{ readonly size: number } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
