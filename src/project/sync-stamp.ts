import { readFileSync, statSync, type BigIntStats } from 'node:fs';
import { rm } from 'node:fs/promises';
import { projectLayout } from './layout.js';

/** What a sync depended on besides files: equal for two syncs that would do the same. */
export interface SyncSettings {
  /** Which fettle, platform, manifest and cache. */
  readonly identity: Readonly<Record<string, string | null>>;
  /** Environment variables that Lua code asked for; null where unset. */
  readonly env: Readonly<Record<string, string | null>>;
}

/** Proof that the last sync of a project left nothing to do, for as long as nothing it looked at changes. */
export interface SyncStamp extends SyncSettings {
  readonly version: 1;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Path → its state then; null where nothing was. */
  readonly states: Readonly<Record<string, string | null>>;
  /** What that sync reported of its packages, for the next report. */
  readonly packages: unknown;
}

/** A stamp is believed for an hour: a longer silence would make the cache forget that its entries are used. */
const LIFETIME_MS = 60 * 60 * 1000;
/** The kernel's coarse clock, which dates files, lags behind ours by up to a tick. */
const CLOCK_LAG_MS = 20;

/** The stamp of a project, if there is a usable one. Damage makes it unusable, nothing worse. */
export function readStamp(projectDir: string): SyncStamp | undefined {
  try {
    const stamp = JSON.parse(readFileSync(projectLayout(projectDir).stampFile, 'utf8')) as Partial<SyncStamp>;
    return isWhole(stamp) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

function isWhole(stamp: Partial<SyncStamp>): stamp is SyncStamp {
  const { version, writtenAt, identity, env, states, packages } = stamp;
  return version === 1 && typeof writtenAt === 'number' && [identity, env, states, packages].every(isObject);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Does the stamp still hold, for these settings and this environment? */
export function isFresh(
  stamp: SyncStamp,
  now: number,
  identity: SyncSettings['identity'],
  env: Readonly<Record<string, string>>,
): boolean {
  const age = now - stamp.writtenAt;
  return (
    age >= 0 &&
    age < LIFETIME_MS &&
    isSame(stamp.identity, identity) &&
    Object.entries(stamp.env).every(([name, value]) => (env[name] ?? null) === value) &&
    Object.entries(stamp.states).every(([path, state]) => stateOf(path) === state)
  );
}

/** What a stamp is made of. */
export interface StampContent extends SyncSettings {
  /** When the sync began, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly writtenAt: number;
  /** What the sync read; changed since it began, they may have been read before the change. */
  readonly sources: readonly string[];
  readonly absent: readonly string[];
  /** What the sync itself wrote, or found in the cache. */
  readonly results: readonly string[];
  readonly packages: unknown;
}

/**
 * Writes the stamp of a sync that left nothing to do, or removes the old one when that cannot be proven.
 * @returns the states of all that the stamp compares, and of the stamp itself; undefined when there is none
 */
export async function writeStamp(projectDir: string, content: StampContent): Promise<SyncStamp['states'] | undefined> {
  const { stampFile } = projectLayout(projectDir);
  // Not loaded by those who only read.
  const { removeDeadDrafts, replaceFile } = await import('./replace-file.js');
  await removeDeadDrafts(stampFile);
  const states = statesOf(content);
  if (!states) {
    await rm(stampFile, { force: true });
    return undefined;
  }
  const { identity, env, writtenAt, packages } = content;
  const stamp: SyncStamp = { version: 1, writtenAt, identity, env, states, packages };
  // It holds values of variables, which may be anything.
  await replaceFile(stampFile, JSON.stringify(stamp), { mode: 0o600 });
  return { ...states, [stampFile]: stateOf(stampFile) };
}

/** Removes the stamp: the next sync looks at everything. */
export async function removeStamp(projectDir: string): Promise<void> {
  await rm(projectLayout(projectDir).stampFile, { force: true });
}

function statesOf({
  sources,
  absent,
  results,
  startedAt,
}: Pick<StampContent, 'sources' | 'absent' | 'results' | 'startedAt'>): SyncStamp['states'] | undefined {
  const states: Record<string, string | null> = {};
  for (const path of [...sources, ...results]) states[path] = stateOf(path);
  for (const path of absent) states[path] = null;
  const isKnown = [...sources, ...results].every((path) => states[path] !== null);
  const isAbsent = absent.every((path) => stateOf(path) === null);
  const isOlder = sources.every((path) => changedAt(path) < startedAt - CLOCK_LAG_MS);
  return isKnown && isAbsent && isOlder ? states : undefined;
}

/** The states of files that a sync has just read and written; undefined when one is gone, or changed since it began. */
export function settledStates(
  paths: readonly string[],
  { sources, startedAt }: Pick<StampContent, 'sources' | 'startedAt'>,
): SyncStamp['states'] | undefined {
  return statesOf({ sources, absent: [], results: paths, startedAt });
}

/**
 * All by which a change shows, also one that puts the old size and modification time back: the kernel sets the change
 * time, and a replaced file is another inode.
 */
function stateOf(path: string): string | null {
  const found = statIfReachable(path);
  return found ? [found.size, found.mtimeNs, found.ctimeNs, found.ino, found.mode].join(':') : null;
}

function changedAt(path: string): number {
  const found = statIfReachable(path);
  return found ? Math.max(Number(found.ctimeMs), Number(found.mtimeMs)) : Number.POSITIVE_INFINITY;
}

/** What cannot be reached is as good as not there. */
function statIfReachable(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false, bigint: true });
  } catch {
    return undefined;
  }
}

function isSame(first: SyncSettings['identity'], second: SyncSettings['identity']): boolean {
  const names = Object.keys(first);
  return names.length === Object.keys(second).length && names.every((name) => first[name] === second[name]);
}
