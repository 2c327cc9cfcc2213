import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { link, mkdir, open, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../errors/index.js';
import { claimName, newClaim } from './claim.js';
import { fileSystemKind } from './file-system-kind.js';
import { Layout, LAYOUT_VERSION } from './layout.js';
import { standingLocks, type StandingLock } from './lock-listing.js';
import { probeMount } from './probe-mount.js';
import { identifyProcess } from './process-identity.js';
import { findRemains } from './remains.js';

/** What a cache lies on, and what is in it, for whoever wants to know whether all is well. */
export interface CacheExamination {
  /** `absent`: it is made by the first sync, in the nearest folder above that there is. */
  readonly state: 'present' | 'absent' | 'not a folder';
  /** The root, or the nearest folder above it that there is. */
  readonly nearest: string;
  readonly isNearestWritable: boolean;
  /** Bytes that this user may still write. */
  readonly freeBytes: number;
  /** The name of a file system that other machines may share; null for a local one, or where that cannot be told. */
  readonly network: string | null;
  /** The version of its layout; null where there is none. */
  readonly version: string | null;
  readonly knownVersion: number;
  /** Null where there is no cache to try it in. */
  readonly trial: MountTrial | null;
  readonly locks: readonly StandingLock[];
  /** How many things killed processes have left. */
  readonly remains: number;
  /** The user that its folder belongs to; null where there is none. */
  readonly owner: number | null;
}

/** What came of trying the operations that the cache rests on. */
export interface MountTrial {
  /** The code of the system when nothing could be written at all. */
  readonly refused: string | null;
  /** Promises that the file system breaks, in words. */
  readonly broken: readonly string[];
  readonly hasHardLinks: boolean;
  readonly canFlush: boolean;
}

/** Looks at the cache at `root`. Only the trial writes anything, in a folder of its own that is gone afterwards. */
export async function examineCache(root: string, pid: number): Promise<CacheExamination> {
  const layout = new Layout(root);
  const nearest = nearestFolder(root);
  const state = nearest === root ? 'present' : exists(root) ? 'not a folder' : 'absent';
  const isPresent = state === 'present';
  const { bavail, bsize } = await statfs(nearest);
  const { paths, emptyLocks, locks, discarded } = findRemains(layout, identifyProcess(pid));
  return {
    state,
    nearest,
    isNearestWritable: isWritable(nearest),
    freeBytes: bavail * bsize,
    network: (await fileSystemKind(nearest)).network,
    version: versionOf(layout),
    knownVersion: LAYOUT_VERSION,
    trial: isPresent ? await tryMount(layout, pid) : null,
    locks: isPresent ? await standingLocks(layout, pid) : [],
    remains: isPresent ? [paths, emptyLocks, locks, discarded].flat().length : 0,
    owner: isPresent ? statSync(root).uid : null,
  };
}

function nearestFolder(path: string): string {
  for (let folder = path; ; folder = dirname(folder)) {
    if (isFolder(folder) || dirname(folder) === folder) return folder;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A file on the way to it.
    return true;
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf({ version }: Layout): string | null {
  try {
    return readFileSync(version, 'utf8').trim();
  } catch {
    return null;
  }
}

/** The folder has the name of a probe: when this process is killed, the next run removes it. */
async function tryMount(layout: Layout, pid: number): Promise<MountTrial> {
  const folder = layout.probe(claimName(newClaim(identifyProcess(pid))));
  try {
    await mkdir(folder);
    const promises = join(folder, 'promises');
    await mkdir(promises);
    const broken = await probeMount(promises);
    return { refused: null, broken, hasHardLinks: await canLink(folder), canFlush: await canFlush(folder) };
  } catch (error) {
    const refused = hasCode(error, 'ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ESTALE');
    if (!refused) throw error;
    return { refused: String((error as { code?: unknown }).code), broken: [], hasHardLinks: false, canFlush: false };
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function canLink(folder: string): Promise<boolean> {
  await writeFile(join(folder, 'one'), '');
  return link(join(folder, 'one'), join(folder, 'two')).then(
    () => true,
    () => false,
  );
}

async function canFlush(folder: string): Promise<boolean> {
  await using file = await open(join(folder, 'flushed'), 'w');
  return await file.sync().then(
    () => true,
    () => false,
  );
}
