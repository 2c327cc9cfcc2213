import type { SurveyedDependency, SurveyedPackage } from '../../engine/index.js';

/** A graph to be drawn: some packages, and all they need. */
export interface PackageGraph {
  /** Ids of the packages it begins with. */
  readonly roots: readonly string[];
  /** In an order that is the same each time. */
  readonly packages: readonly SurveyedPackage[];
}

/** An edge as it is drawn. */
export interface DrawnEdge {
  readonly from: SurveyedPackage;
  readonly to: SurveyedPackage;
  /** The phases before which it must be complete, where the recipe says so. */
  readonly label: string;
}

/** What is below some packages of a graph, in the graph's order. */
export function graphBelow(packages: readonly SurveyedPackage[], roots: readonly string[]): PackageGraph {
  const byId = new Map(packages.map((each) => [each.id, each]));
  const reached = new Set<string>();
  const waiting = [...roots];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...(byId.get(id)?.dependencies ?? []).map((dependency) => dependency.id));
  }
  return { roots, packages: packages.filter(({ id }) => reached.has(id)) };
}

/** The id, and the version of the tool where the id does not tell it. */
export function labelOf({ id, version, options }: SurveyedPackage): string {
  return version === null || options['version'] !== undefined ? id : `${id} (${version})`;
}

/** Edges in the order of the packages; a dependency that several phases need is one edge. */
export function edgesOf({ packages }: PackageGraph): readonly DrawnEdge[] {
  const byId = new Map(packages.map((each) => [each.id, each]));
  return packages.flatMap((from) =>
    mergedDependencies(from).flatMap(({ id, label }) => {
      const to = byId.get(id);
      return to ? [{ from, to, label }] : [];
    }),
  );
}

/** A dependency that several phases need, once. */
export function mergedDependencies({
  dependencies,
}: SurveyedPackage): readonly { readonly id: string; readonly label: string }[] {
  const phases = new Map<string, string[]>();
  for (const { id, neededBy } of dependencies) phases.set(id, [...(phases.get(id) ?? []), ...phaseOf(neededBy)]);
  return [...phases].map(([id, names]) => ({ id, label: names.join(', ') }));
}

function phaseOf(neededBy: SurveyedDependency['neededBy']): readonly string[] {
  return neededBy === null ? [] : [neededBy];
}
