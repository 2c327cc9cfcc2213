import { rmSync } from 'node:fs';
import { contentOf, fileStateOf, isOlderThan, type KnownFile } from '../support/file-state.js';
import { projectLayout } from './layout.js';
import { removeDeadDrafts, replaceFile } from './replace-file.js';
import type { Redated, SyncSettings, SyncStamp } from './sync-stamp.js';

/** A state that is another one now. */
export interface Restated {
  readonly before: string;
  readonly after: string;
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
  /** Those of all these of which is known how they were before the sync used them: they need not be looked at again. */
  readonly known?: ReadonlyMap<string, KnownFile>;
  readonly packages: unknown;
}

/**
 * Writes the stamp of a sync that left nothing to do, or removes the old one when that cannot be proven.
 * @returns the states of all that the stamp compares, and of the stamp itself; undefined when there is none
 */
export function writeStamp(projectDir: string, content: StampContent): SyncStamp['states'] | undefined {
  const { stampFile } = projectLayout(projectDir);
  removeDeadDrafts(stampFile);
  const { identity, env, writtenAt, packages } = content;
  // Before their states: when these are older than the sync, nothing has changed in between.
  const contents = contentsOf(content);
  const states = statesOf(content);
  if (!states) {
    rmSync(stampFile, { force: true });
    return undefined;
  }
  const stamp: SyncStamp = { version: 2, writtenAt, identity, env, states, contents, packages };
  replaceStamp(stampFile, stamp);
  return { ...states, [stampFile]: stateOf(stampFile) };
}

/** What of a stamp is another one now. */
export interface Restamping {
  readonly redated: readonly Redated[];
  /** Milliseconds since the epoch: what has changed later may change again unseen, and nothing is written. */
  readonly since: number;
  /** What this sync itself has written anew. */
  readonly rewritten?: readonly string[];
}

/**
 * Gives a stamp the dates that files have now, whose content is what it was or says the same: the next sync need not read them.
 * @returns what has changed in the states that others compare, the stamp's own among them
 */
export function restamp(
  projectDir: string,
  stamp: SyncStamp,
  { redated, since, rewritten = [] }: Restamping,
): readonly Restated[] {
  const { stampFile } = projectLayout(projectDir);
  if (stateOf(stampFile) === null || !redated.every(({ now }) => isOlderThan(now, since))) return [];
  const edited = redated.flatMap(({ path, edited }) => (edited === undefined ? [] : [[path, edited] as const]));
  const changed = {
    ...Object.fromEntries(redated.map(({ path, now }) => [path, now.text])),
    ...presentStates(rewritten),
  };
  const old = { ...stamp.states, ...presentStates([stampFile]) };
  const contents = { ...stamp.contents, ...Object.fromEntries(edited) };
  replaceStamp(stampFile, { ...stamp, states: { ...stamp.states, ...changed }, contents });
  return Object.entries({ ...changed, ...presentStates([stampFile]) }).flatMap(([path, after]) => {
    const before = old[path] ?? null;
    return before === null || before === after ? [] : [{ before, after }];
  });
}

function presentStates(paths: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const state = stateOf(path);
      return state === null ? [] : [[path, state] as const];
    }),
  );
}

function replaceStamp(stampFile: string, stamp: SyncStamp): void {
  // It holds values of variables, which may be anything.
  replaceFile(stampFile, JSON.stringify(stamp), { mode: 0o600 });
}

/** No stamp is to take much longer to read because of them. */
const MOST_CONTENT = 1024 * 1024;

function contentsOf({ sources, known }: StampContent): SyncStamp['contents'] {
  const contents: Record<string, string> = {};
  const folders = new Map<string, string>();
  let total = 0;
  for (const path of sources) {
    const before = known?.get(path);
    // What is in the file now may be newer than the state that is believed of it.
    const isUnknown = before !== undefined && before.text === undefined;
    const content = isUnknown ? '' : (contentOf(path, folders, before?.text) ?? '');
    total += content.length;
    if (total > MOST_CONTENT) return contents;
    if (content !== '') contents[path] = content;
  }
  return contents;
}

function statesOf({
  sources,
  absent,
  results,
  startedAt,
  known,
}: Pick<StampContent, 'sources' | 'absent' | 'results' | 'startedAt' | 'known'>): SyncStamp['states'] | undefined {
  const states: Record<string, string | null> = {};
  const sourceSet = new Set(sources);
  for (const path of new Set([...sources, ...results])) {
    const before = known?.get(path);
    if (before) {
      states[path] = before.state;
      continue;
    }
    const state = fileStateOf(path);
    if (!state || (sourceSet.has(path) && !isOlderThan(state, startedAt))) return undefined;
    states[path] = state.text;
  }
  for (const path of absent) {
    if (fileStateOf(path)) return undefined;
    states[path] = null;
  }
  return states;
}

/** The states of files that a sync has just read and written; undefined when one is gone, or changed since it began. */
export function settledStates(
  paths: readonly string[],
  { sources, startedAt }: Pick<StampContent, 'sources' | 'startedAt'>,
): SyncStamp['states'] | undefined {
  return statesOf({ sources, absent: [], results: paths, startedAt });
}

function stateOf(path: string): string | null {
  return fileStateOf(path)?.text ?? null;
}
