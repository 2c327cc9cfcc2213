import { delimiter, dirname } from 'node:path';
import type { EnvironmentRecord } from './record.js';

/** Two packages want one variable to be different things. */
export interface VariableConflict {
  readonly name: string;
  /** Ids: the package whose value is lost, and the one whose value counts. */
  readonly packages: readonly [string, string];
  readonly values: readonly [string, string];
}

/** What the packages of a project together make of an environment. */
export interface ComposedEnvironment {
  readonly projectDir: string;
  /** Folders for the front of PATH, each once, the first package's first. */
  readonly path: readonly string[];
  /** Without PATH, unless a package sets it as a whole, and without FETTLE_PROJECT_DIR. */
  readonly variables: Readonly<Record<string, string>>;
  readonly conflicts: readonly VariableConflict[];
}

/** Name of the variable that tells programs which project's environment they run in. */
export const PROJECT_VARIABLE = 'FETTLE_PROJECT_DIR';

/** Puts the packages' changes together in the manifest's order: on PATH the first package wins, a variable is the last one's. */
export function composeEnvironment(record: EnvironmentRecord): ComposedEnvironment {
  const path = record.packages.flatMap((pkg) => pkg.deployed?.path ?? []);
  const settings = new Map<string, Setting>();
  const conflicts: VariableConflict[] = [];
  for (const { id, deployed } of record.packages) {
    for (const [name, value] of Object.entries(deployed?.env ?? {})) {
      const earlier = settings.get(name);
      if (earlier && earlier.value !== value) {
        conflicts.push({ name, packages: [earlier.by, id], values: [earlier.value, value] });
      }
      settings.set(name, { value, by: id });
    }
  }
  return {
    projectDir: dirname(record.manifestFile),
    path: [...new Set(path)],
    variables: Object.fromEntries([...settings].map(([name, { value }]) => [name, value])),
    conflicts,
  };
}

interface Setting {
  readonly value: string;
  readonly by: string;
}

/** The whole environment of a program that runs in the project. */
export function environmentFor(
  composed: ComposedEnvironment,
  baseEnv: Readonly<Record<string, string>>,
): Record<string, string> {
  const changes = changedVariables(composed, baseEnv);
  const changed = new Set(Object.keys(changes).map(comparable));
  const untouched = Object.entries(baseEnv).filter(([name]) => !changed.has(comparable(name)));
  return { ...Object.fromEntries(untouched), ...changes };
}

/** Only the variables that the project changes, PATH among them, with their final values. */
export function changedVariables(
  composed: ComposedEnvironment,
  baseEnv: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = { ...composed.variables, [PROJECT_VARIABLE]: composed.projectDir };
  const before = pathOf(composed.variables) ?? pathOf(baseEnv);
  if (composed.path.length === 0) return own;
  return { ...own, PATH: prepend(composed.path, before) };
}

function prepend(folders: readonly string[], path: string | undefined): string {
  const others = path ? path.split(delimiter).filter((folder) => !folders.includes(folder)) : [];
  return [...folders, ...others].join(delimiter);
}

/** Windows writes `Path`, and means the same. */
export function pathOf(env: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(env).find(([name]) => comparable(name) === 'PATH')?.[1];
}

/** Names of variables that are equal here mean one variable. */
export function comparable(name: string): string {
  return process.platform === 'win32' ? name.toUpperCase() : name;
}
