import { readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import type { LockOwner, Phase } from '../events/index.js';
import { PHASES } from '../events/index.js';
import { claimName, type Claim } from './claim.js';
import type { LockPaths } from './layout.js';
import { lifelinePath } from './lifeline.js';
import type { StandingClaim } from './lock-folder.js';

/**
 * What a holder tells those who wait. It stands in the claim, and once something in it has changed in a file beside the
 * lock. Nothing but messages depends on it, so it may be missing or out of date.
 */
export interface OwnerRecord {
  readonly token: string;
  readonly since: number;
  readonly phase: Phase | null;
  readonly logFile: string | null;
  /** The number under which the holder has its lifeline open. */
  readonly lifeline: number | null;
}

/** What is known of whoever holds a lock. */
export interface Holder {
  readonly owner: LockOwner | null;
  /** The path of its lifeline; undefined when it has none, or has not said so yet. */
  readonly lifeline: string | undefined;
}

/** Best effort: a record that cannot be written never fails the work it tells of. */
export function writeOwnerRecord(paths: LockPaths, claim: Claim, record: OwnerRecord): void {
  const temporary = paths.prepared(`${claimName(claim)}.json`);
  try {
    writeFileSync(temporary, recordText(record));
    renameSync(temporary, paths.record);
  } catch {
    removeIfPossible(temporary);
  }
}

export function recordText(record: OwnerRecord): string {
  return JSON.stringify(record);
}

export function removeOwnerRecord(paths: LockPaths): void {
  removeIfPossible(paths.record);
}

function removeIfPossible(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It was not there, or stays: nothing but messages depends on it.
  }
}

/** Differs when the record was written anew: each one is a file of its own. */
export function recordState(paths: LockPaths): string {
  try {
    const found = statSync(paths.record, { throwIfNoEntry: false });
    return found ? `${found.ino} ${found.mtimeMs}` : '';
  } catch {
    return '';
  }
}

/** The holder as events show it; null when the claim does not say who made it. */
export function describeOwner(paths: LockPaths, standing: StandingClaim): LockOwner | null {
  return describeHolder(paths, standing).owner;
}

/** The same, and where its end is told. */
export function describeHolder(paths: LockPaths, standing: StandingClaim): Holder {
  const { claim } = standing;
  if (!claim) return { owner: null, lifeline: undefined };
  const { pid, host, bootId, startTime, token } = claim;
  const record = readOwnerRecord(paths.record, token) ?? readOwnerRecord(paths.claim(standing.name), token);
  const { phase = null, logFile = null, since = standing.heartbeat, lifeline = null } = record ?? {};
  return {
    owner: { pid, host, bootId, startTime, since, phase, logFile, token },
    lifeline: lifeline === null ? undefined : lifelinePath(pid, lifeline),
  };
}

/**
 * Undefined when the record is of an earlier holder: that one was killed before it could remove it, or its claim was
 * renamed into this one.
 */
function readOwnerRecord(file: string, token: string): OwnerRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<keyof OwnerRecord, unknown>>;
    if (record.token !== token || typeof record.since !== 'number') return undefined;
    return {
      token,
      since: record.since,
      phase: PHASES.find((phase) => phase === record.phase) ?? null,
      logFile: typeof record.logFile === 'string' ? record.logFile : null,
      lifeline: Number.isSafeInteger(record.lifeline) ? Number(record.lifeline) : null,
    };
  } catch {
    return undefined;
  }
}
