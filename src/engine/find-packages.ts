import type { CompleteEntry } from '../cache/index.js';
import { platformMatches, type PackageRequest } from '../manifest/index.js';
import { derive, type Derivation } from './derivation.js';
import type { PackageNode } from './graph.js';
import { readGraph } from './locking/index.js';
import type { Run } from './run.js';

/** What is known of a package without doing anything for it. */
export interface FoundPackage {
  readonly id: string;
  /** Undefined for a package that keeps nothing in the cache, is for other platforms, or could not be looked at. */
  readonly key: string | undefined;
  readonly entry: CompleteEntry | undefined;
  /** Where the recipe lies; that of a recipe from elsewhere is its copy in the cache. */
  readonly recipeFile: string | undefined;
  /** Why nothing can be said of it. */
  readonly error: unknown;
}

/**
 * Looks for packages, and all they need, in the cache; in the order of the manifest, then as they are needed.
 * @throws FettleError E_SOURCE_CONFLICT
 */
export async function findPackages(run: Run, packages: readonly PackageRequest[]): Promise<readonly FoundPackage[]> {
  const derivations = new Map<PackageNode, Promise<Derivation>>();
  const derivationOf = (node: PackageNode): Promise<Derivation> => {
    const derivation = derivations.get(node) ?? node.recipe.then((recipe) => derive(run, node, recipe));
    derivations.set(node, derivation);
    return derivation;
  };
  const nodes = await readGraph(run, packages, async (node) => (await derivationOf(node)).key);
  return Promise.all(
    nodes.map((node) =>
      findPackage(run, node, derivationOf).catch((error: unknown) => {
        run.signal.throwIfAborted();
        return { id: node.id, key: undefined, entry: undefined, recipeFile: undefined, error };
      }),
    ),
  );
}

async function findPackage(
  run: Run,
  node: PackageNode,
  derivationOf: (node: PackageNode) => Promise<Derivation>,
): Promise<FoundPackage> {
  const { identity, platforms, check, file } = await node.recipe;
  const found = { id: node.id, recipeFile: file.file, error: undefined };
  if (!platformMatches(platforms, run.host)) return { ...found, key: undefined, entry: undefined };
  const { key } = await derivationOf(node);
  if (check.form !== 'nil') return { ...found, key: undefined, entry: undefined };
  const platformArch = `${run.host.platform}-${run.host.arch}`;
  return { ...found, key, entry: await run.cache.find({ identity: identity.text, key, platformArch }) };
}
