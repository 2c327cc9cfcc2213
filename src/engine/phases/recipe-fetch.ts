import { monotonicMs } from '../../host/index.js';
import { asLoadingFailure, FettleError } from '../../errors/index.js';
import type { LuaState } from '../../lua/index.js';
import { packageId, platformMatches, type PackageRequest } from '../../manifest/index.js';
import {
  loadRecipe,
  locateRecipe,
  type LoadedRecipe,
  type LocateContext,
  type Recipe,
  type RecipeFile,
} from '../../recipe/index.js';
import type { Emit } from '../../events/index.js';
import type { Graph, PackageNode } from '../graph.js';
import { lockedRecipeDigest, pinnedRecipe, refuseToBuild, verifyLockedRecipe } from '../lock/index.js';
import { packageRef } from '../package-ref.js';
import { fetchRecipeWithFunction } from '../recipe-fetch-function.js';
import type { Run } from '../run.js';

/**
 * Finds, verifies and loads a recipe, and adds its dependencies to the graph.
 * @throws FettleError E_RECIPE_NOT_FOUND, E_RECIPE…, E_OPTION, E_CYCLE, E_SOURCE_CONFLICT, E_CHECKSUM, E_FETCH
 */
export async function recipeFetchPhase(run: Run, graph: Graph, node: PackageNode): Promise<Recipe> {
  const context = { package: packageRef(node, null), phase: 'recipe_fetch' } as const;
  const emit = run.bus.scoped(() => context);
  await completeFetchDependencies(run, graph, node);
  return run.limits.whileActive(async () => {
    run.signal.throwIfAborted();
    emit({ kind: 'phase:start' });
    const started = monotonicMs();
    let ok = false;
    try {
      const recipe = await load({ run, graph, node, emit });
      emit({ kind: 'package:needs', needs: node.edges.map((edge) => edge.node.id) });
      ok = true;
      return recipe;
    } finally {
      emit({ kind: 'phase:end', durationMs: monotonicMs() - started, ok });
    }
  }, run.signal);
}

/** A package's recipe, or why there is none. */
export interface Description {
  readonly request: PackageRequest;
  readonly recipe: Recipe | undefined;
  readonly error: unknown;
}

/** Loads one recipe; nothing is added to a graph, and no dependency is looked at. */
export async function describePackage(run: Run, request: PackageRequest): Promise<Description> {
  const ignore: Emit = () => undefined;
  try {
    const id = packageId(request.identity, request.options);
    const file = await locateRecipe(await pinnedRecipe(run, id, request), locateContext(run, ignore));
    const { recipe, state } = readRecipe(file, request, run);
    state.close();
    return { request, recipe, error: undefined };
  } catch (error) {
    return { request, recipe: undefined, error };
  }
}

/** The packages that a `fetch` function of the entry needs are complete before it runs. */
async function completeFetchDependencies(run: Run, graph: Graph, node: PackageNode): Promise<void> {
  // It has its recipe, and in its edges all that this depends on.
  if (node.recalled) return;
  for (const request of node.request.fetchDependencies) {
    if (platformMatches(request.platforms, run.host)) graph.addDependency(node, request, 'recipe_fetch');
  }
  if (!run.buildsForRecipes) return;
  for (const { node: needed } of node.edges) {
    const outcome = await needed.done;
    if (outcome.ok) continue;
    throw new FettleError('E_SKIPPED', `needs ${outcome.id}`, { facts: { needs: outcome.id } });
  }
}

async function locate(run: Run, node: PackageNode, emit: Emit): Promise<RecipeFile> {
  const { id, request } = node;
  const lockedDigest = lockedRecipeDigest(run, id, request);
  const file = await locateRecipe(await pinnedRecipe(run, id, request), {
    ...locateContext(run, emit),
    ...(lockedDigest !== undefined && { lockedDigest }),
    isRenewed: run.locks.of(id).isRenewed,
    runFetch: async (_request, directory) => {
      if (!run.buildsForRecipes && node.edges.length > 0) refuseToBuild(id);
      await fetchRecipeWithFunction(run, node, directory, emit);
    },
  });
  verifyLockedRecipe(run, id, request, file);
  return file;
}

function locateContext({ manifest, shippedDir, fetcher, extraction, cache, signal }: Run, emit: Emit): LocateContext {
  return { manifestDir: manifest.directory, shippedDir, fetcher, extraction, cache, emit, signal };
}

interface Loading {
  readonly run: Run;
  readonly graph: Graph;
  readonly node: PackageNode;
  readonly emit: Emit;
}

async function load(loading: Loading): Promise<Recipe> {
  const { run, graph, node, emit } = loading;
  const recipe = node.recalled ?? run.memory?.recall(node.request, run.host) ?? (await read(loading));
  for (const warning of recipe.warnings) emit({ kind: 'log', level: 'warn', message: warning });
  if (recipe !== node.recalled) enterRecipe(run, graph, { node, recipe });
  return recipe;
}

/** Adds what a recipe depends on to the graph, and to what the run has looked at. */
function enterRecipe(run: Run, graph: Graph, { node, recipe }: { node: PackageNode; recipe: Recipe }): void {
  run.inputs.addRecipe(node.request, recipe);
  if (!platformMatches(recipe.platforms, run.host)) return;
  for (const request of recipe.dependencies) {
    if (platformMatches(request.platforms, run.host)) graph.addDependency(node, request, request.neededBy);
  }
}

/**
 * Takes a recipe from what is remembered, with all that it adds to the graph, and says nothing. What cannot be had so is left to
 * recipeFetchPhase, which also tells what is wrong.
 */
export function recallRecipe(run: Run, graph: Graph, node: PackageNode): void {
  if (node.request.fetchDependencies.length > 0) return;
  const recipe = run.memory?.recall(node.request, run.host);
  if (!recipe) return;
  try {
    enterRecipe(run, graph, { node, recipe });
    node.recalled = recipe;
    const known = run.memory?.fileOf(node.request, run.host);
    if (known) run.inputs.addKnown(recipe.file.file, known);
  } catch {
    node.edges.length = 0;
  }
}

async function read({ run, node, emit }: Loading): Promise<Recipe> {
  const file = await locate(run, node, emit);
  const { host, version, luaCpuLimitMs } = run;
  const spoken: string[] = [];
  const { recipe, state } = readRecipe(file, node.request, {
    host,
    version,
    log: (level, message) => {
      spoken.push(message);
      emit({ kind: 'log', level, message });
    },
    ...(luaCpuLimitMs !== undefined && { cpuLimitMs: luaCpuLimitMs }),
  });
  keepForFetchFunctions(run, recipe, state);
  run.texts.keep(file);
  // What was said once must be said again.
  if (spoken.length === 0) run.memory?.remember(node.request, recipe, host, file.content);
  return recipe;
}

/** @throws FettleError that says of the recipe, also where its code failed, that it is not valid */
function readRecipe(...given: Parameters<typeof loadRecipe>): LoadedRecipe {
  try {
    return loadRecipe(...given);
  } catch (error) {
    throw asLoadingFailure(error, 'E_RECIPE');
  }
}

/** Most states are closed as soon as the recipe is data; one that still has a function to call stays open. */
function keepForFetchFunctions(run: Run, recipe: Recipe, state: LuaState): void {
  const functions = recipe.dependencies.flatMap((request) => request.fetch ?? []);
  if (functions.length === 0) {
    state.close();
    return;
  }
  run.statesToClose.push(state);
  for (const called of functions) run.functionStates.set(called, state);
}
