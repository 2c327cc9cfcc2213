import { extractArchive, type ExtractSettings } from '../archive/index.js';
import { cacheFailure, type Cache } from '../cache/index.js';
import type { Emit } from '../events/index.js';
import type { LockFile } from '../manifest/index.js';
import { commitDownload, commitEntry, commitRecipe, type ImportStatus, type Waiting } from './commit-staged.js';
import { refuseOtherThanLocked } from './compare-lock.js';
import { readStaged, type StagedExport } from './read-staged.js';

export interface ImportRequest extends ExtractSettings {
  readonly cache: Cache;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** `linux-x86_64`: what this machine is. */
  readonly platform: string;
  /** Absolute. */
  readonly archive: string;
  /** That of the project, if there is one. */
  readonly lock: LockFile | undefined;
  readonly lockTimeoutMs?: number;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

export interface ImportedEntry {
  readonly identity: string;
  readonly key: string;
  readonly files: number;
  readonly bytes: number;
  readonly status: ImportStatus;
}

/** How many there were, and the bytes of those that were new. */
export interface ImportCount {
  readonly imported: number;
  readonly present: number;
  readonly bytes: number;
}

export interface Imported {
  readonly entries: readonly ImportedEntry[];
  readonly recipes: ImportCount;
  readonly downloads: ImportCount;
}

/**
 * Brings what an export holds into the cache. All of it is verified before any of it can be seen; each entry then
 * appears whole, as one that was built. Whatever is in the archive, nothing is written outside the cache.
 * @throws FettleError E_IMPORT, E_CHECKSUM, E_ARCHIVE, E_ARCHIVE_UNSAFE, E_FILE, E_LOCK_MISMATCH, E_LOCK_TIMEOUT,
 *   E_CACHE, E_DISK_FULL
 */
export async function importArchive(request: ImportRequest): Promise<Imported> {
  const { cache, pid, archive, emit, signal, lockTimeoutMs } = request;
  const waiting: Waiting = { emit, signal, ...(lockTimeoutMs !== undefined && { lockTimeoutMs }) };
  try {
    await using staging = await cache.openStaging();
    // While any lock is held nobody collects downloads.
    await using _lock = await cache.lock(`import.${String(pid)}`, { emit, signal });
    const { pool, limits } = request;
    const settings = { ...(pool && { pool }), ...(limits && { limits }) };
    await extractArchive({ archive, destination: staging.folder, strip: 0, emit, signal, ...settings });
    const staged = await readStaged({ archive, folder: staging.folder, platform: request.platform, signal });
    if (request.lock) refuseOtherThanLocked(staged.entries, request.lock, request.platform);
    const imported = await commitAll(request, staged, waiting);
    await cache.flush();
    return imported;
  } catch (error) {
    throw cacheFailure('import into the cache', cache.root, error);
  }
}

/** Downloads and recipes first: an entry is what a sync looks for. */
async function commitAll({ cache, now }: ImportRequest, staged: StagedExport, waiting: Waiting): Promise<Imported> {
  const downloads = await countAll(staged.downloads, waiting, (each) => commitDownload(cache, each, now()));
  const recipes = await countAll(staged.recipes, waiting, (each) => commitRecipe(cache, each, waiting));
  const entries: ImportedEntry[] = [];
  for (const entry of staged.entries) {
    waiting.signal.throwIfAborted();
    const { id, files, bytes } = entry;
    const status = await commitEntry(cache, entry, waiting);
    entries.push({ identity: id.identity, key: id.key, files, bytes, status });
  }
  return { entries, recipes, downloads };
}

async function countAll<T extends { readonly bytes: number }>(
  all: readonly T[],
  { signal }: Waiting,
  commit: (each: T) => Promise<ImportStatus>,
): Promise<ImportCount> {
  const count = { imported: 0, present: 0, bytes: 0 };
  for (const each of all) {
    signal.throwIfAborted();
    const status = await commit(each);
    count[status] += 1;
    if (status === 'imported') count.bytes += each.bytes;
  }
  return count;
}
