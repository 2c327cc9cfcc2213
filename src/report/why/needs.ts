import type { DeclarationPlace, SurveyedDependency, SurveyedPackage } from '../../engine/index.js';

/** Who needs one package. */
export interface Needs {
  /** Where the manifest names it. */
  readonly requestedAt: DeclarationPlace | null;
  readonly dependants: readonly Dependant[];
  /** The shortest way to it from each package of the manifest that leads to it: ids, both ends included. */
  readonly chains: readonly (readonly string[])[];
}

/** A package that needs it directly. */
export interface Dependant extends Omit<SurveyedDependency, 'id'> {
  readonly id: string;
}

/** Finds out who needs a package of a graph, in the order of the graph. */
export function needsOf(id: string, packages: readonly SurveyedPackage[]): Needs {
  const byId = new Map(packages.map((each) => [each.id, each]));
  return {
    requestedAt: byId.get(id)?.requestedAt ?? null,
    dependants: packages.flatMap((dependant) =>
      dependant.dependencies
        .filter((dependency) => dependency.id === id)
        .map(({ neededBy, declaredAt }) => ({ id: dependant.id, neededBy, declaredAt })),
    ),
    chains: packages.flatMap((each) => {
      const chain = each.requestedAt === null ? undefined : shortestChain(each.id, id, byId);
      return chain ? [chain] : [];
    }),
  };
}

function shortestChain(
  from: string,
  to: string,
  byId: ReadonlyMap<string, SurveyedPackage>,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  const waiting = [from];
  for (const id of waiting) {
    if (id === to) return wayBack(id, cameFrom);
    for (const { id: next } of byId.get(id)?.dependencies ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, id);
      waiting.push(next);
    }
  }
  return undefined;
}

function wayBack(end: string, cameFrom: ReadonlyMap<string, string | null>): readonly string[] {
  const way = [end];
  for (let id = cameFrom.get(end); id !== undefined && id !== null; id = cameFrom.get(id)) way.unshift(id);
  return way;
}
