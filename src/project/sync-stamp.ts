import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { contentOf, fileStateOf, type FileState } from '../support/file-state.js';
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
  readonly version: 2;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Path → its state then; null where nothing was. */
  readonly states: Readonly<Record<string, string | null>>;
  /** Path → the content, of those that are plain files which people write: dates alone may change, as in a checkout. */
  readonly contents: Readonly<Record<string, string>>;
  /** What that sync reported of its packages, for the next report. */
  readonly packages: unknown;
}

/** Once a day a sync that comes to Node looks at everything, whatever a stamp says. */
const LIFETIME_MS = 24 * 60 * 60 * 1000;
/** After a longer silence the cache would forget that its entries are used. */
const SILENCE_MS = 60 * 60 * 1000;

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
  const { version, writtenAt, identity, env, states, contents, packages } = stamp;
  return version === 2 && typeof writtenAt === 'number' && [identity, env, states, contents, packages].every(isObject);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** A file that is not what it was by its dates, but by its content. */
export interface Redated {
  readonly path: string;
  readonly before: string;
  /** Found before its content was read. */
  readonly now: FileState;
  /** Of a manifest that was edited, which may still say the same: its content now, as in `contents`. */
  readonly edited?: string;
}

/**
 * Does the stamp still hold, for these settings and this environment?
 * @returns the files whose content had to be read to know, an edited manifest among them, which the caller must judge; undefined
 *   when it does not hold
 */
export function redatedFiles(
  stamp: SyncStamp,
  now: number,
  identity: SyncSettings['identity'],
  env: Readonly<Record<string, string>>,
): readonly Redated[] | undefined {
  const age = now - stamp.writtenAt;
  if (age < 0 || age >= LIFETIME_MS || !isSame(stamp.identity, identity)) return undefined;
  if (!Object.entries(stamp.env).every(([name, value]) => (env[name] ?? null) === value)) return undefined;
  const folders = new Map<string, string>();
  const redated = otherStates(stamp)?.map((file) => withContent(stamp, file, folders));
  return redated?.every((file) => file !== undefined) === true ? redated : undefined;
}

/** Undefined for a file with another content, but for the manifest. */
function withContent(stamp: SyncStamp, file: Redated, folders: Map<string, string>): Redated | undefined {
  const edited = contentOf(file.path, folders);
  if (edited === stamp.contents[file.path]) return file;
  return edited !== undefined && isManifest(stamp, file.path) ? { ...file, edited } : undefined;
}

function isManifest({ identity }: SyncStamp, path: string): boolean {
  return identity['manifest'] === path;
}

/** Undefined when one of them can have no content that it had before. */
function otherStates(stamp: SyncStamp): readonly Redated[] | undefined {
  const others: Redated[] = [];
  for (const [path, before] of Object.entries(stamp.states)) {
    const now = fileStateOf(path);
    if ((now?.text ?? null) === before) continue;
    if (!now || before === null || !Object.hasOwn(stamp.contents, path)) return undefined;
    if (!isLike(before, now.text, isManifest(stamp, path))) return undefined;
    others.push({ path, before, now });
  }
  return others;
}

/** Whether two states are of the same size, unless any will do, and mode. */
function isLike(first: string, second: string, isAnySize: boolean): boolean {
  const [one, other] = [first.split(':'), second.split(':')];
  return (isAnySize || one[0] === other[0]) && one[4] === other[4];
}

/** Whether the sync that wrote the stamp is so long ago that the cache is to hear again what is used. */
export function isLongAgo({ writtenAt }: SyncStamp, now: number): boolean {
  return now - writtenAt >= SILENCE_MS;
}

/** Removes the stamp: the next sync looks at everything. */
export function removeStamp(projectDir: string): void {
  rmSync(projectLayout(projectDir).stampFile, { force: true });
}

function isSame(first: SyncSettings['identity'], second: SyncSettings['identity']): boolean {
  const names = Object.keys(first);
  return names.length === Object.keys(second).length && names.every((name) => first[name] === second[name]);
}

/** Whether a stamp compares the manifest and the environment record. Fettle writes none that does not, and it would prove nothing. */
export function comparesProject({ states }: SyncStamp, manifestFile: string): boolean {
  const { environmentFile } = projectLayout(dirname(manifestFile));
  return [manifestFile, environmentFile].every((path) => typeof states[path] === 'string');
}
