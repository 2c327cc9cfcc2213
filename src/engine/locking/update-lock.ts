import { messageOf } from '../../errors/index.js';
import type { LockedPackage, LockFile } from '../../manifest/index.js';
import type { PackageNode } from '../graph.js';
import type { Run } from '../run.js';
import { lockPlatform, type PlatformLock } from './lock-platform.js';
import { readGraph } from './read-graph.js';
import { hostFor, lockedPlatforms, type LockResult, type LockUse, platformOf } from '../lock/index.js';

/** How the lock file of a run is made. */
export interface LockMaking {
  readonly run: Run;
  readonly use: LockUse;
  /** Whether what nobody knows yet is asked for. */
  readonly asks: boolean;
  /** The same run for another platform. */
  runFor(platform: string, manifest: Run['manifest']): Run;
}

/**
 * Makes the lock file of a project from the packages of this platform, and, when they are all of the manifest's, from
 * what they are elsewhere.
 */
export async function makeLock(making: LockMaking, nodes: readonly PackageNode[]): Promise<LockResult> {
  const { run, use, asks } = making;
  const here = await lockPlatform(run, nodes, asks);
  if (!use.isWhole) return partialLock(use, run.locks.platform, here);
  const others = lockedPlatforms(run.manifest, use.previous, run.host).filter((each) => each !== platformOf(run.host));
  const elsewhere = await Promise.all(others.map((platform) => lockElsewhere(making, platform)));
  return {
    lock: {
      manifest: use.manifestDigest,
      platforms: new Map([
        [run.locks.platform, here.packages],
        ...others.map((platform, index) => [platform, elsewhere[index]?.packages ?? NONE] as const),
      ]),
    },
    refusals: [...here.refusals, ...elsewhere.flatMap(({ refusals }) => refusals)],
    gaps: [
      ...here.gaps,
      ...elsewhere.flatMap(({ gaps }, index) => gaps.map((gap) => `${gap} (${others[index] ?? ''})`)),
    ],
  };
}

const NONE: ReadonlyMap<string, LockedPackage> = new Map();

/** Packages that were not looked at keep what is known of them, and the manifest as a whole was not looked at. */
function partialLock({ previous, manifestDigest }: LockUse, platform: string, here: PlatformLock): LockResult {
  const packages = new Map([...(previous?.platforms.get(platform) ?? []), ...here.packages]);
  const lock: LockFile = {
    manifest: previous?.manifest ?? manifestDigest,
    platforms: new Map([...(previous?.platforms ?? []), [platform, packages]]),
  };
  return { lock, gaps: here.gaps, refusals: here.refusals };
}

/** What cannot be found out about another platform leaves what is known of it as it is. */
async function lockElsewhere(making: LockMaking, platform: string): Promise<PlatformLock> {
  const { run, use, asks } = making;
  try {
    const manifest = use.manifestFor(hostFor(run.host, platform));
    try {
      const elsewhere = making.runFor(platform, manifest);
      return await lockPlatform(elsewhere, await readGraph(elsewhere, manifest.packages), asks);
    } finally {
      manifest.state?.close();
    }
  } catch (error) {
    run.signal.throwIfAborted();
    const packages = use.previous?.platforms.get(platform) ?? NONE;
    return { packages, gaps: [messageOf(error)], refusals: [] };
  }
}
