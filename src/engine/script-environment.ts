import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Phase } from '../events/index.js';
import type { PhaseFolders } from '../recipe/index.js';
import type { Dependencies } from './dependencies.js';
import { VARIABLES_OF_MAKE } from './jobserver/index.js';
import type { PackageOutcome } from './outcome.js';

/** What the environment of a script is made of. */
export interface ScriptSurroundings {
  /** The environment fettle itself was started with. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly identity: string;
  readonly dependencies: Dependencies;
  readonly phase: Phase;
  readonly folders: PhaseFolders;
  readonly jobs: number;
}

/**
 * The whole environment of a script: the inherited one without what a make above says to its own, FETTLE_* with the folders that the phase has, and the tools and
 * libraries of the dependencies that are complete by then.
 */
export function scriptEnvironment({
  inherited,
  identity,
  folders,
  jobs,
  ...using
}: ScriptSurroundings): Readonly<Record<string, string>> {
  const dependencies = using.dependencies.completeBy(using.phase);
  const libraries = using.dependencies.closureCompleteBy(using.phase).flatMap(({ path }) => path ?? []);
  return {
    ...withoutMake(inherited),
    ...definedOnly({
      FETTLE_FETCH_DIR: folders.fetch,
      FETTLE_STAGE_DIR: folders.stage,
      FETTLE_INSTALL_DIR: folders.install,
      FETTLE_PROJECT_DIR: folders.project,
      FETTLE_JOBS: String(jobs),
      FETTLE_IDENTITY: identity,
      PATH: prepended(dependencies.flatMap(programFolders), inherited['PATH']),
      CMAKE_PREFIX_PATH: prepended(libraries, inherited['CMAKE_PREFIX_PATH']),
      PKG_CONFIG_PATH: prepended(libraries.flatMap(pkgConfigFolders), inherited['PKG_CONFIG_PATH']),
    }),
    ...dependencyVariables(dependencies),
  };
}

function withoutMake(inherited: ScriptSurroundings['inherited']): ScriptSurroundings['inherited'] {
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => !VARIABLES_OF_MAKE.includes(name)));
}

/** The folders of a package's products; without products its `bin`, when there is one. */
export function programFolders(outcome: Pick<PackageOutcome, 'path' | 'products'>): readonly string[] {
  if (outcome.path === null) return [];
  const products = [...new Set(Object.values(outcome.products).map((path) => dirname(path)))];
  if (products.length > 0) return products;
  const bin = join(outcome.path, 'bin');
  return existsSync(bin) ? [bin] : [];
}

function pkgConfigFolders(asset: string): readonly string[] {
  const places = ['lib/pkgconfig', 'lib64/pkgconfig', 'share/pkgconfig'];
  return places.map((place) => join(asset, place)).filter((folder) => existsSync(folder));
}

/** `FETTLE_DEP_<NAME>`: of two dependencies with one name, the one declared first. */
function dependencyVariables(dependencies: readonly PackageOutcome[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { identity, path } of dependencies) {
    if (path === null) continue;
    const name = identity.slice(identity.indexOf('.') + 1, identity.indexOf('@'));
    variables[`FETTLE_DEP_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`] ??= path;
  }
  return variables;
}

function prepended(folders: readonly string[], inherited: string | undefined): string | undefined {
  const all = [...new Set(folders), ...(inherited === undefined || inherited === '' ? [] : [inherited])];
  return all.length === 0 ? undefined : all.join(delimiter);
}

function definedOnly(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
