import { statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../support/names-in.js';
import { parseClaimName } from './claim.js';
import {
  draftVersionClaim,
  lockNameOfFolder,
  lockNameOfRecord,
  lockPaths,
  partialRecipeClaim,
  preparedClaimOf,
  probeClaim,
  stagingClaim,
  Layout,
} from './layout.js';
import { judgeLiveness } from './liveness.js';
import { identifyProcess, type ProcessIdentity } from './process-identity.js';

const LONGEST_UNREFRESHED_MS = 24 * 60 * 60 * 1000;

/** What killed processes left in a cache, as far as it is certainly nobody's. */
export interface Remains {
  /** Files, and folders with all that is in them, that nobody will ever look for. */
  readonly paths: readonly string[];
  /** Free locks, which need no folder. */
  readonly emptyLocks: readonly string[];
  /** Locks that dead processes hold, and those of which only the record of their holder is there. */
  readonly locks: readonly string[];
  /** What dead processes had not deleted yet: paths in the trash. */
  readonly discarded: readonly string[];
}

/**
 * Looks for what killed processes left. A lock outlasts everything else of its holder, so the locks tell which entries
 * must be looked into, and no others are. Synchronous, because each run ends with it: five folders, nearly always empty.
 */
export function findRemains(layout: Layout, self: ProcessIdentity): Remains {
  const isDead = (claimName: string, heartbeat = Infinity): boolean => {
    const claim = parseClaimName(claimName);
    return claim !== undefined && judgeLiveness(claim, self, heartbeat) === 'dead';
  };
  /**
   * Only locks and leases are refreshed. The time of anything else says that its owner is of an earlier start of this
   * machine, and not another machine of its name, only after so long that nobody can be at it any more.
   */
  const deadIn = (folder: string, claimOf: (name: string) => string | undefined): readonly string[] =>
    namesIn(folder)
      .filter((name) => isDead(claimOf(name) ?? '', timeWhenOld(join(folder, name))))
      .map((name) => join(folder, name));
  return {
    paths: [
      ...deadIn(layout.root, (name) => draftVersionClaim(name) ?? probeClaim(name) ?? stagingClaim(name)),
      ...deadIn(layout.recipes, partialRecipeClaim),
      ...deadIn(layout.locks, preparedClaimOf),
      ...endedLeases(layout, self),
    ],
    ...remainingLocks(layout, isDead),
    discarded: namesIn(layout.trash)
      .filter((name) => isAbandonedDiscard(name, self))
      .map((name) => layout.discarded(name)),
  };
}

/** Whether killed processes left something for the next run that works in the cache at `root`. Takes no lock. */
export function hasRemains(root: string, pid: number): boolean {
  const { paths, emptyLocks, locks, discarded } = findRemains(new Layout(root), identifyProcess(pid));
  return [paths, emptyLocks, locks, discarded].some((found) => found.length > 0);
}

/**
 * Removes the leases of processes that have ended. A program that took the place of fettle's entry leaves one each time,
 * so whoever looks there next removes them, and not only a run that has work to do.
 */
export function dropEndedLeases(root: string, pid: number): void {
  for (const path of endedLeases(new Layout(root), identifyProcess(pid))) {
    try {
      unlinkSync(path);
    } catch {
      // Somebody else did, or nobody may.
    }
  }
}

function endedLeases(layout: Layout, self: ProcessIdentity): readonly string[] {
  return namesIn(layout.leases)
    .filter((name) => {
      const claim = parseClaimName(name);
      return claim !== undefined && judgeLiveness(claim, self, changeTime(layout.lease(name))) === 'dead';
    })
    .map((name) => layout.lease(name));
}

/** Whether nobody is certainly deleting what has this name in the trash. */
export function isAbandonedDiscard(name: string, self: ProcessIdentity): boolean {
  const claim = parseClaimName(name);
  return claim === undefined || judgeLiveness(claim, self, Infinity) === 'dead';
}

/** A holder removes its record before its claim, so a record without a lock is nobody's. */
function remainingLocks(
  layout: Layout,
  isDead: (claimName: string, heartbeat: number) => boolean,
): Pick<Remains, 'emptyLocks' | 'locks'> {
  const found = namesIn(layout.locks);
  const names = found.map(lockNameOfFolder).filter((name) => name !== undefined);
  const claims = new Map(names.map((name) => [name, namesIn(lockPaths(layout.locks, name).folder)]));
  const isHeldByDead = (name: string): boolean =>
    (claims.get(name) ?? []).some((claim) => isDead(claim, changeTime(lockPaths(layout.locks, name).claim(claim))));
  const recorded = found.map(lockNameOfRecord).filter((name) => name !== undefined);
  return {
    emptyLocks: names.filter((name) => claims.get(name)?.length === 0),
    locks: [...names.filter(isHeldByDead), ...recorded.filter((name) => !claims.has(name))],
  };
}

function timeWhenOld(path: string): number {
  const time = changeTime(path);
  return Date.now() - time > LONGEST_UNREFRESHED_MS ? time : Infinity;
}

/** As late as can be for what is gone: then nothing is concluded from it. */
function changeTime(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
}
