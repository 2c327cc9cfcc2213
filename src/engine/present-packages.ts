import type { CompleteEntry, EntryId } from '../cache/index.js';
import type { EventBody } from '../events/index.js';
import { monotonicMs } from '../host/index.js';
import { platformMatches } from '../manifest/index.js';
import type { Recipe } from '../recipe/index.js';
import type { DeployChanges } from './deploy-changes.js';
import { deriveAtOnce, isOfLockedBytes, type Derivation } from './derivation.js';
import type { Graph, PackageNode } from './graph.js';
import { entryIdOf } from './miss-subject.js';
import { absoluteProducts, announce, hitOf, versionOf } from './package-ending.js';
import { packageRef } from './package-ref.js';
import { deployAtOnce, deployKeyOf } from './phases/deploy.js';
import { recallRecipe } from './phases/recipe-fetch.js';
import type { Run } from './run.js';

/**
 * Ends all packages that are there, one after the other and without a turn in between: those whose recipes are remembered and whose
 * entries, with those of all they need, are in the cache. Most runs consist of them, and on the way that packages take which
 * are made (`runPackage`), each would cost several times as much. What cannot be told of a package at once, above all
 * what is wrong, is left to that way: this one neither fails nor waits.
 * @param enter takes in the recipe of a package that the run was asked for
 * @throws what `enter` throws
 */
export function endPresentPackages(run: Run, graph: Graph, enter: (node: PackageNode, recipe: Recipe) => void): void {
  for (const node of graph.growingNodes()) {
    recallRecipe(run, graph, node);
    if (node.recalled && node.requestedBy === null) enter(node, node.recalled);
  }
  const candidates = candidatesOf(run, graph);
  // Before any of them is looked for, as always, but all at once.
  run.cache.lease(candidates.map(({ id }) => id));
  for (const candidate of candidates) endIfPresent(run, candidate);
}

/** A stack of our own: chains can be thousands of packages deep. */
function* dependenciesFirst(graph: Graph): Iterable<PackageNode> {
  const [entered, left] = [new Set<PackageNode>(), new Set<PackageNode>()];
  const open = [...graph.nodes].reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    if (left.has(node)) continue;
    if (entered.has(node) || node.edges.length === 0) {
      left.add(node);
      yield node;
      continue;
    }
    entered.add(node);
    open.push(node);
    for (const edge of node.edges) if (!entered.has(edge.node)) open.push(edge.node);
  }
}

/** A package that is there if there is an entry under its key. */
interface Candidate {
  readonly node: PackageNode;
  readonly recipe: Recipe;
  readonly derivation: Derivation;
  readonly id: EntryId;
}

/** Each after all that it needs. */
function candidatesOf(run: Run, graph: Graph): readonly Candidate[] {
  const candidates = new Map<PackageNode, Candidate>();
  const keyOf = (node: PackageNode): string | undefined => candidates.get(node)?.derivation.key;
  for (const node of dependenciesFirst(graph)) {
    const { recalled: recipe } = node;
    if (!recipe || !mayBePresent(run, recipe)) continue;
    const derivation = orNothing(() => deriveAtOnce(run, node, recipe, keyOf));
    if (derivation) candidates.set(node, { node, recipe, derivation, id: entryIdOf(run, recipe, derivation) });
  }
  return [...candidates.values()];
}

function mayBePresent({ host }: Run, { check, warnings, platforms }: Recipe): boolean {
  return check.form === 'nil' && warnings.length === 0 && platformMatches(platforms, host);
}

function endIfPresent(run: Run, candidate: Candidate): void {
  const started = monotonicMs();
  const { node, recipe, derivation } = candidate;
  const present = orNothing(() => presentOf(run, candidate));
  if (!present) return;
  const { entry, products, deployed } = present;
  const { assetDir: path } = entry;
  run.inputs.addAsset(path, run.entries);
  tell(run, node, hitOf(entry), derivation.key);
  node.outcome = announce(run.bus, node, {
    ...{ status: 'cached', path, products, deployed, deployKey: deployKeyOf(candidate, path) },
    ...versionOf(recipe),
    ...{ reason: null, ok: true, error: null, key: derivation.key, logFile: null, missReasons: [] },
    durationMs: monotonicMs() - started,
  });
}

/** What is there of a package, and what that changes in the project. */
interface Present {
  readonly entry: CompleteEntry;
  readonly products: Readonly<Record<string, string>>;
  readonly deployed: DeployChanges | null;
}

function presentOf(run: Run, candidate: Candidate): Present | undefined {
  const { node, recipe, id } = candidate;
  if (!node.edges.every((edge) => edge.node.outcome?.status === 'cached')) return undefined;
  const entry = run.cache.findAtOnce(id, run.entries);
  if (!entry || !isOfLockedBytes(run, node, entry)) return undefined;
  const products = absoluteProducts(recipe, entry.assetDir);
  const deployed = deployAtOnce({ run, ...candidate }, { path: entry.assetDir, products, wasSatisfied: false });
  return deployed === undefined ? undefined : { entry, products, deployed };
}

/** The other way comes to the same failure, and tells it. */
function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The events of a package on the other way, but for phases, of which it has none, and how it ends. */
function tell({ bus }: Run, node: PackageNode, hit: EventBody, key: string): void {
  const unkeyed = { package: packageRef(node, null), phase: null };
  bus.emit({ kind: 'package:start', requestedBy: node.requestedBy?.id ?? null }, unkeyed);
  bus.emit({ kind: 'package:needs', needs: node.edges.map((edge) => edge.node.id) }, unkeyed);
  bus.emit(hit, { package: packageRef(node, key), phase: null });
}
