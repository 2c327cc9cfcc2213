import type { SurveyedPackage } from '../../engine/index.js';
import { graphBelow, type PackageGraph } from './package-graph.js';

/** A graph for tests: ids and what they need; `b:install` is needed by the install phase. The first is the root. */
export function graphOf(needs: Readonly<Record<string, readonly string[]>>, roots?: readonly string[]): PackageGraph {
  const ids = Object.keys(needs);
  const packages = ids.map((id): SurveyedPackage => ({
    ...{ id, identity: id.replace(/\{.*/, ''), options: {}, version: null, error: null },
    requestedAt: id === ids[0] ? { file: '/p/fettle.lua', line: 2 } : null,
    dependencies: (needs[id] ?? []).map((need) => {
      const [, to = need, phase] = /^(.*):(build|install)$/.exec(need) ?? [];
      return { id: to, neededBy: (phase as 'build' | 'install' | undefined) ?? null, declaredAt: null };
    }),
  }));
  return graphBelow(packages, roots ?? ids.slice(0, 1));
}
