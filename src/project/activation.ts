import { delimiter } from 'node:path';
import { comparable, PROJECT_VARIABLE, type ComposedEnvironment } from './compose.js';

type Env = Readonly<Record<string, string>>;

/** Tells the hook of a shell, and its child shells, which environment they have. */
export const ACTIVE_VARIABLE = 'FETTLE_ACTIVE';
/** What is to be put back on leaving: base64 of JSON. */
export const DIFF_VARIABLE = 'FETTLE_DIFF';

/** What an activation changed. */
interface Diff {
  readonly version: 1;
  /** The folders that were put before PATH. */
  readonly path: readonly string[];
  /** Each variable's value before (null: it was not set) and after. */
  readonly variables: Readonly<Record<string, readonly [string | null, string]>>;
}

/**
 * The environment of a shell that enters a project.
 * @param env - must not be activated: see `deactivate`
 * @param state - which environment it is: `<project folder>:<generation>`
 */
export function activate(env: Env, composed: ComposedEnvironment, state: string): Record<string, string> {
  const after = settings(env, composed);
  const diff: Diff = {
    version: 1,
    path: composed.path,
    variables: Object.fromEntries([...after].map(([name, value]) => [name, [valueIn(env, name) ?? null, value]])),
  };
  return { ...env, ...Object.fromEntries(after), [ACTIVE_VARIABLE]: state, [DIFF_VARIABLE]: encode(diff) };
}

/**
 * The environment of a shell that leaves the project it is in. What was changed since it entered stays: a variable with
 * another value keeps that, and PATH loses only the folders that were added.
 */
export function deactivate(env: Env): Record<string, string> {
  const left = new Map(Object.entries(env));
  const diff = decode(env[DIFF_VARIABLE]);
  left.delete(ACTIVE_VARIABLE);
  left.delete(DIFF_VARIABLE);
  for (const [name, [before, after]] of Object.entries(diff?.variables ?? {})) {
    const restored = restore(name, valueIn(env, name), { before, after, path: diff?.path ?? [] });
    if (restored === null) left.delete(name);
    else left.set(name, restored);
  }
  return Object.fromEntries(left);
}

/**
 * Variables that differ: their new values, null for those that are to go. First what leaving needs, then PATH: a shell
 * may refuse the value of a variable that it uses itself, and not come to the rest.
 */
export function changesBetween(before: Env, after: Env): ReadonlyMap<string, string | null> {
  const changes = new Map<string, string | null>();
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) changes.set(name, null);
  for (const [name, value] of Object.entries(after)) if (valueIn(before, name) !== value) changes.set(name, value);
  return new Map([...changes].sort(([first], [second]) => rank(first) - rank(second)));
}

function rank(name: string): number {
  if (isBookkeeping(name)) return 0;
  return comparable(name) === 'PATH' ? 1 : 2;
}

/** What the project sets, under the names that are there already where Windows takes them for the same. */
function settings(env: Env, composed: ComposedEnvironment): Map<string, string> {
  const names = namesOf(env);
  const own = Object.entries({ ...composed.variables, [PROJECT_VARIABLE]: composed.projectDir });
  const after = new Map(own.filter(([name]) => !isBookkeeping(name)).map(([name, value]) => [names(name), value]));
  const path = names('PATH');
  const before = after.get(path) ?? valueIn(env, path);
  if (composed.path.length > 0) after.set(path, [...composed.path, ...(before ? [before] : [])].join(delimiter));
  return after;
}

function isBookkeeping(name: string): boolean {
  return [ACTIVE_VARIABLE, DIFF_VARIABLE].includes(comparable(name));
}

/** Windows finds `Path` by the name `PATH`: the name that is there is the one to use. */
function namesOf(env: Env): (name: string) => string {
  const names = new Map(Object.keys(env).map((name) => [comparable(name), name]));
  return (name) => names.get(comparable(name)) ?? name;
}

/** A variable may have the name of something that every object has. */
function valueIn(env: Env, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

interface Change {
  readonly before: string | null;
  readonly after: string;
  readonly path: readonly string[];
}

function restore(name: string, now: string | undefined, { before, after, path }: Change): string | null {
  if (now === undefined || now === after) return now === undefined ? null : before;
  return comparable(name) === 'PATH' ? restoredPath(now, { before, after, path }) : now;
}

/** What the activation made of PATH, as a whole or without repeated folders, is replaced by what was there before. */
function restoredPath(now: string, { before, after, path }: Change): string {
  // Some shells are told to keep each folder once: `typeset -U path`.
  if (now === withoutRepeats(after)) return before ?? '';
  const whole = delimiter + now + delimiter;
  const at = whole.indexOf(delimiter + after + delimiter);
  if (at >= 0) {
    const rest = whole.slice(at + after.length + delimiter.length, -delimiter.length);
    const parts = [...(at > 0 ? [whole.slice(delimiter.length, at)] : []), ...(before === null ? [] : [before])];
    return parts.join(delimiter) + (parts.length > 0 ? rest : rest.slice(delimiter.length));
  }
  const folders = now.split(delimiter);
  for (const folder of path) {
    const index = folders.indexOf(folder);
    if (index >= 0) folders.splice(index, 1);
  }
  return folders.join(delimiter);
}

function withoutRepeats(path: string): string {
  return [...new Set(path.split(delimiter))].join(delimiter);
}

function encode(diff: Diff): string {
  return Buffer.from(JSON.stringify(diff)).toString('base64');
}

/** Undefined for what is none: the variable is anybody's to change. */
function decode(text: string | undefined): Diff | undefined {
  try {
    const value = JSON.parse(Buffer.from(text ?? '', 'base64').toString('utf8')) as Partial<Diff> | null;
    return isDiff(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDiff(value: Partial<Diff> | null): value is Diff {
  const { version, path, variables } = value ?? {};
  return (
    version === 1 &&
    Array.isArray(path) &&
    path.every((folder) => typeof folder === 'string') &&
    typeof variables === 'object' &&
    Object.values<unknown>(variables).every(isBeforeAndAfter)
  );
}

function isBeforeAndAfter(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [before, after] = value as readonly unknown[];
  return (before === null || typeof before === 'string') && typeof after === 'string';
}
