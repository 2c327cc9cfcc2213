import type { Phase } from '../../events/index.js';
import { packageId, type PackageRequest } from '../../manifest/index.js';
import type { Recipe } from '../../recipe/index.js';
import type { Edge, PackageNode } from '../graph.js';
import { toolVersionOf } from '../miss-subject.js';
import type { DeclarationPlace, SurveyedDependency, SurveyedPackage } from './surveyed-package.js';

/** Describes the packages of a graph whose recipes have been read: each before what it needs, in the manifest's order. */
export async function surveyPackages(nodes: readonly PackageNode[]): Promise<readonly SurveyedPackage[]> {
  return Promise.all(inOrder(nodes).map(surveyPackage));
}

/** In which order recipes were loaded is chance, so the order of the graph's nodes is. */
function inOrder(nodes: readonly PackageNode[]): readonly PackageNode[] {
  const ordered = new Set<PackageNode>();
  const waiting = nodes.filter(({ requestedBy }) => requestedBy === null).reverse();
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (ordered.has(node)) continue;
    ordered.add(node);
    waiting.push(...node.edges.map((edge) => edge.node).reverse());
  }
  return [...ordered];
}

async function surveyPackage(node: PackageNode): Promise<SurveyedPackage> {
  const { id, request, requestedBy } = node;
  const [loaded] = await Promise.allSettled([node.recipe]);
  const recipe = loaded.status === 'fulfilled' ? loaded.value : undefined;
  return {
    id,
    identity: request.identity.text,
    options: request.options,
    version: recipe ? toolVersionOf(recipe) : null,
    requestedAt: requestedBy === null ? placeOf(request) : null,
    dependencies: node.edges.map((edge) => surveyDependency(edge, node, recipe)),
    error: loaded.status === 'rejected' ? (loaded.reason as Error) : null,
  };
}

function surveyDependency(edge: Edge, { request }: PackageNode, recipe: Recipe | undefined): SurveyedDependency {
  const declared = edge.neededBy === 'recipe_fetch' ? request.fetchDependencies : (recipe?.dependencies ?? []);
  const asked = declared.find(
    ({ identity, options, neededBy }) =>
      packageId(identity, options) === edge.node.id && isSamePhase(neededBy, edge.neededBy),
  );
  return { id: edge.node.id, neededBy: edge.neededBy ?? null, declaredAt: asked ? placeOf(asked) : null };
}

function isSamePhase(declared: Phase | undefined, ofEdge: Phase | undefined): boolean {
  return declared === ofEdge || ofEdge === 'recipe_fetch';
}

function placeOf({ declaredIn }: PackageRequest): DeclarationPlace {
  return { file: declaredIn.file, line: declaredIn.line ?? null };
}
