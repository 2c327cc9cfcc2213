import { EventBus } from '../../events/index.js';
import type { PackageRequest } from '../../manifest/index.js';
import { Graph, type PackageNode } from '../graph.js';
import type { PackageOutcome } from '../outcome.js';
import { recipeFetchPhase } from '../phases/recipe-fetch.js';
import type { Run } from '../run.js';

/**
 * Loads the recipes of packages and of all they need; nothing is built, and nothing is said. Recipes that cannot be
 * loaded are found by awaiting `recipe` of their nodes.
 * @throws FettleError E_SOURCE_CONFLICT
 */
export async function readGraph(
  run: Run,
  packages: readonly PackageRequest[],
  keyOf: (node: PackageNode) => Promise<string> = noKey,
): Promise<readonly PackageNode[]> {
  const silent: Run = { ...run, bus: new EventBus(() => run.host.now()), buildsForRecipes: false };
  const graph: Graph = new Graph({
    recipe: (node) => recipeFetchPhase(silent, graph, node),
    key: keyOf,
    done: async (node) => unbuilt(node),
  });
  for (const request of packages) graph.addRoot(request);
  graph.begin();
  await allRecipes(graph);
  return graph.nodes;
}

function noKey(): Promise<never> {
  return Promise.reject(new TypeError('a graph that is only read has no keys'));
}

/** Loading one recipe adds others. */
async function allRecipes(graph: Graph): Promise<void> {
  for (;;) {
    const { nodes } = graph;
    await Promise.allSettled(nodes.map((node) => node.recipe));
    if (graph.nodes.length === nodes.length) return;
  }
}

/** What the outcome of a package is that is not looked at. */
function unbuilt({ id, request, requestedBy }: PackageNode): PackageOutcome {
  return {
    id,
    identity: request.identity.text,
    options: request.options,
    key: null,
    status: 'skipped',
    path: null,
    products: {},
    reason: null,
    missReasons: [],
    durationMs: 0,
    error: null,
    ok: true,
    logFile: null,
    deployed: null,
    deployKey: null,
    requested: requestedBy === null,
  };
}
