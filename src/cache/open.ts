import { existsSync, readFileSync } from 'node:fs';
import { link, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FettleError, hasCode } from '../errors/index.js';
import { openFilesLimit } from '../host/index.js';
import { AssetThreads } from './asset-threads.js';
import type { Cache, CacheOptions } from './cache.js';
import { claimName, newClaim } from './claim.js';
import { syncFolder, writeDurably, type Durability } from './durable-file.js';
import { durabilityWithin } from './durable-file.js';
import { examineMount } from './examine-mount.js';
import { FileSystemFlush } from './file-system-flush.js';
import { cacheFailure, onCacheFiles } from './failure.js';
import { Layout, LAYOUT_VERSION } from './layout.js';
import { LockClient } from './lock-client.js';
import { makeFolder } from '../support/make-folder.js';
import { bundledWorker } from '../support/threads/bundled-worker.js';
import { identifyProcess } from './process-identity.js';
import { refuseLongRoot } from './root-length.js';
import { SharedCache } from './shared-cache.js';

/** A holder that cannot be judged otherwise and gives no sign of life for this long counts as gone. */
const DEFAULT_STALE_MS = 30_000;

/** https://bford.info/cachedir/: tells backup programs that nothing in here needs them. */
const CACHE_TAG = [
  'Signature: 8a477f597d28d172789f06886806bc55',
  '# This folder is a cache made by fettle. See https://bford.info/cachedir/ for what this file means.',
  '',
].join('\n');

/**
 * Opens the cache at `options.root`, which is made if it is not there. For a cache that is there this reads one
 * small file and writes nothing.
 * @throws FettleError E_CACHE, E_CACHE_VERSION, E_DISK_FULL
 */
export async function openCache(options: CacheOptions): Promise<Cache> {
  const { host } = options;
  const root = resolve(host.cwd, options.root);
  refuseLongRoot(root, host.platform);
  const layout = new Layout(root);
  const version = readVersion(layout);
  const durability = durabilityWithin(options.noFsync !== true, openFilesLimit());
  if (version === undefined)
    await onCacheFiles('create the cache', root, () => createCache(layout, host.pid, durability));
  else refuseForeignVersion(layout, version);
  // Who may open few files only keeps none open for others to see, and seals in one thread.
  const hasManyFiles = durability.seals === undefined;
  const locks = new LockClient({
    locks: layout.locks,
    pid: host.pid,
    hasLifeline: hasManyFiles,
    staleMs: options.staleLockMs ?? DEFAULT_STALE_MS,
    worker: options.lockWorker ?? bundledWorker('lock-worker', import.meta.url),
  });
  const assetWorker = options.assetWorker ?? bundledWorker('asset-worker', import.meta.url);
  const threads = new AssetThreads(() => assetWorker);
  const isInThreads = hasManyFiles && existsSync(assetWorker);
  return new SharedCache({
    ...{ layout, locks, threads, pid: host.pid, now: () => host.now() },
    durability: isInThreads ? { ...durability, threads, fileSystems: new FileSystemFlush() } : durability,
  });
}

/** Undefined where there is no cache yet. */
function readVersion(layout: Layout): string | undefined {
  try {
    return readFileSync(layout.version, 'utf8').trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw cacheFailure('open the cache', layout.root, error);
  }
}

function refuseForeignVersion(layout: Layout, version: string): void {
  if (version === String(LAYOUT_VERSION)) return;
  if (/^\d+$/.test(version) && Number(version) > LAYOUT_VERSION) {
    throw new FettleError('E_CACHE_VERSION', 'the cache was made by a newer fettle', {
      facts: { path: layout.root, expected: LAYOUT_VERSION, got: Number(version) },
      hint: 'Update fettle, or choose another cache with --cache-root.',
    });
  }
  throw new FettleError('E_CACHE', 'the cache has a version file that fettle does not know', {
    facts: { path: layout.version, expected: LAYOUT_VERSION, got: version.slice(0, 40) },
    hint: 'Choose another cache with --cache-root, or remove this one.',
  });
}

/** Many processes may do this at once; each step is fine when it was done before. The version comes last. */
async function createCache(layout: Layout, pid: number, durability: Durability): Promise<void> {
  makeFolder(layout.root);
  const found = await readdir(layout.root);
  for (const folder of layout.folders) makeFolder(folder);
  // Somebody's own folder with other things in it must not be kept from their backups.
  if (found.every((name) => layout.isOurs(name))) await writeFile(layout.tag, CACHE_TAG);
  await examineMount(layout, pid);
  await createVersion(layout, pid, durability);
  await syncFolder(layout.root, durability);
  const version = readVersion(layout);
  if (version !== undefined) refuseForeignVersion(layout, version);
}

/**
 * By a link, so that nobody ever reads half of it, nor overwrites one that a newer fettle has put there. On the disk
 * before that: after a power cut an empty one would be taken for that of a fettle nobody knows.
 */
async function createVersion(layout: Layout, pid: number, durability: Durability): Promise<void> {
  const temporary = layout.temporaryVersion(claimName(newClaim(identifyProcess(pid))));
  await writeDurably(temporary, `${LAYOUT_VERSION}\n`, durability, 'w');
  try {
    await link(temporary, layout.version);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    // A file system without links.
    await rename(temporary, layout.version);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}
