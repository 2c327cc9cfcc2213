import { FettleError } from '../errors/index.js';
import type { PackageRequest } from '../manifest/index.js';
import type { Recipe } from '../recipe/index.js';
import { derive, type Derivation } from './derivation.js';
import { Graph, type PackageNode } from './graph.js';
import type { PackageOutcome } from './outcome.js';
import { recipeFetchPhase } from './phases/recipe-fetch.js';
import { endPresentPackages } from './present-packages.js';
import { ProductRegister } from './product-conflicts.js';
import { runPackage } from './run-package.js';
import type { Run } from './run.js';

/** How all packages of a run ended, and why the run as a whole was refused, if it was. */
export interface GraphOutcome {
  readonly outcomes: readonly PackageOutcome[];
  readonly refusal: FettleError | null;
  readonly nodes: readonly PackageNode[];
}

/** Runs a graph of packages to its end while it grows. */
export class GraphRun {
  readonly #run: Run;
  readonly #stop: AbortController;
  readonly #failFast: boolean;
  readonly #graph: Graph;
  readonly #products: ProductRegister;
  readonly #derivations = new Map<PackageNode, Promise<Derivation>>();
  #mayStart: Promise<void> = Promise.resolve();
  #refusal: FettleError | null = null;

  /** @param stop aborts the signal of `run`: what fails for all of it ends it */
  constructor(run: Run, stop: AbortController, failFast: boolean) {
    this.#run = run;
    this.#stop = stop;
    this.#failFast = failFast;
    this.#products = new ProductRegister(run);
    this.#graph = new Graph({
      recipe: (node) => this.#loadRecipe(node),
      key: async (node) => (await this.#derivationOf(node)).key,
      done: (node) => this.#runPackage(node),
    });
  }

  async provision(packages: readonly PackageRequest[]): Promise<GraphOutcome> {
    try {
      const roots = packages.map((request) => this.#graph.addRoot(request));
      this.#endPresent();
      this.#mayStart = localRecipesLoaded(roots);
    } catch (error) {
      this.#refuse(error);
    }
    this.#graph.begin();
    const outcomes = await allOutcomes(this.#graph);
    return { outcomes, refusal: this.#refusal, nodes: this.#graph.nodes };
  }

  /** A mistake that is found on this way is told on the other. */
  #endPresent(): void {
    if (this.#run.signal.aborted) return;
    try {
      endPresentPackages(this.#run, this.#graph, (node, recipe) => {
        this.#products.enter(node, recipe);
      });
    } catch (error) {
      if (!(error instanceof FettleError)) throw error;
    }
  }

  async #loadRecipe(node: PackageNode): Promise<Recipe> {
    const recipe = await recipeFetchPhase(this.#run, this.#graph, node);
    if (node.requestedBy === null) this.#enterProducts(node, recipe);
    return recipe;
  }

  #enterProducts(node: PackageNode, recipe: Recipe): void {
    try {
      this.#products.enter(node, recipe);
    } catch (error) {
      this.#refuse(error);
      throw error;
    }
  }

  #derivationOf(node: PackageNode): Promise<Derivation> {
    const derivation = this.#derivations.get(node) ?? node.recipe.then((recipe) => derive(this.#run, node, recipe));
    this.#derivations.set(node, derivation);
    return derivation;
  }

  async #runPackage(node: PackageNode): Promise<PackageOutcome> {
    const outcome = await runPackage(this.#run, node, () => this.#derivationOf(node), this.#mayStart);
    if (this.#failFast && outcome.status === 'failed') this.#stop.abort(failFastReason(node));
    return outcome;
  }

  /** Ends the whole run: the manifest itself is wrong. */
  #refuse(error: unknown): void {
    if (!(error instanceof FettleError)) throw error;
    this.#refusal ??= error;
    this.#stop.abort(error);
  }
}

/**
 * Work begins when every recipe that is on this machine has been read, so that a mistake in the manifest is told before
 * anything is built. Recipes that must be fetched first are not waited for: they may need packages themselves.
 */
async function localRecipesLoaded(roots: readonly PackageNode[]): Promise<void> {
  const local = roots.filter(
    ({ request, outcome }) => !outcome && !request.fetch && (!request.source || request.source.kind === 'path'),
  );
  await Promise.allSettled(local.map((node) => node.recipe));
}

/** The graph grows while it runs, so the end is there only when nothing was added while the last ones ended. */
async function allOutcomes(graph: Graph): Promise<readonly PackageOutcome[]> {
  for (;;) {
    const nodes = graph.nodes;
    const outcomes = await Promise.all(nodes.map((node) => node.done));
    if (graph.nodes.length === nodes.length) return outcomes;
  }
}

function failFastReason(node: PackageNode): FettleError {
  return new FettleError('E_SKIPPED', `stopped because ${node.id} failed`, { facts: { failed: node.id } });
}
