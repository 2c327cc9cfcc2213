import { platformMatches, type PackageRequest } from '../../manifest/index.js';
import { derive } from '../derivation.js';
import type { PackageNode } from '../graph.js';
import { readGraph } from '../locking/index.js';
import { PackageSubject } from '../miss-subject.js';
import type { Run } from '../run.js';
import { surveyPackages } from './survey-packages.js';
import type { ExplainedPackages, PackageState, SurveyedPackage } from './surveyed-package.js';

/** Which packages of the graph to explain, by id. */
export type ChoosePackages = (packages: readonly SurveyedPackage[]) => readonly string[];

/**
 * Reads the recipes of packages and of all they need, and tells of some of them what the next run would find: in the
 * cache, or why not. Keys are made of recipes alone, so nothing is built for it.
 * @throws FettleError E_SOURCE_CONFLICT, and what `choose` throws
 */
export async function explainPackages(
  run: Run,
  requests: readonly PackageRequest[],
  choose: ChoosePackages,
): Promise<ExplainedPackages> {
  const nodes = await readGraph(run, requests, async (node) => (await derive(run, node, await node.recipe)).key);
  const packages = await surveyPackages(nodes);
  const ids = new Set(choose(packages));
  const chosen = nodes.filter(({ id }) => ids.has(id));
  const states = await Promise.all(chosen.map(async (node) => [node.id, await stateOf(run, node)] as const));
  return { packages, states: new Map(states) };
}

async function stateOf(run: Run, node: PackageNode): Promise<PackageState> {
  try {
    return await findOut(run, node);
  } catch (error) {
    run.signal.throwIfAborted();
    return { status: 'unknown', error };
  }
}

async function findOut(run: Run, node: PackageNode): Promise<PackageState> {
  const recipe = await node.recipe;
  if (!platformMatches(recipe.platforms, run.host)) return { status: 'other-platform' };
  if (recipe.check.form !== 'nil') return { status: 'user-managed' };
  const subject = new PackageSubject(run, node, recipe, await derive(run, node, recipe));
  const entry = await run.cache.find(subject.id);
  if (!entry) return { status: 'missing', key: subject.id.key, miss: await run.cache.explainMiss(subject) };
  return { status: 'cached', entry, build: (await run.cache.findBuild(subject.id)) ?? null };
}
