import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { LockOwner, Phase } from '../events/index.js';
import { PHASES } from '../events/index.js';
import { claimName, type Claim } from './claim.js';
import type { LockPaths } from './layout.js';
import type { StandingClaim } from './lock-folder.js';

/** What a holder tells those who wait. Nothing but messages depends on it, so it may be missing or out of date. */
export interface OwnerRecord {
  readonly token: string;
  readonly since: number;
  readonly phase: Phase | null;
  readonly logFile: string | null;
}

/** Best effort: a record that cannot be written never fails the work it tells of. */
export async function writeOwnerRecord(paths: LockPaths, claim: Claim, record: OwnerRecord): Promise<void> {
  const temporary = paths.prepared(`${claimName(claim)}.json`);
  try {
    await writeFile(temporary, JSON.stringify(record));
    await rename(temporary, paths.record);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

export async function removeOwnerRecord(paths: LockPaths): Promise<void> {
  await rm(paths.record, { force: true }).catch(() => undefined);
}

/** The holder as events show it; null when the claim does not say who made it. */
export async function describeOwner(paths: LockPaths, standing: StandingClaim): Promise<LockOwner | null> {
  const { claim } = standing;
  if (!claim) return null;
  const record = await readOwnerRecord(paths, claim.token);
  return {
    pid: claim.pid,
    host: claim.host,
    bootId: claim.bootId,
    startTime: claim.startTime,
    since: record?.since ?? standing.heartbeat,
    phase: record?.phase ?? null,
    logFile: record?.logFile ?? null,
    token: claim.token,
  };
}

/** Undefined when the record is of an earlier holder: that one was killed before it could remove it. */
async function readOwnerRecord(paths: LockPaths, token: string): Promise<OwnerRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(paths.record, 'utf8')) as Partial<Record<keyof OwnerRecord, unknown>>;
    if (record.token !== token || typeof record.since !== 'number') return undefined;
    return {
      token,
      since: record.since,
      phase: PHASES.find((phase) => phase === record.phase) ?? null,
      logFile: typeof record.logFile === 'string' ? record.logFile : null,
    };
  } catch {
    return undefined;
  }
}
