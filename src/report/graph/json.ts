import type { DeclarationPlace } from '../../engine/index.js';
import type { PackageGraph } from './package-graph.js';

/** The graph as data: what `fettle graph --json` prints. docs/cli.md promises these names. */
export function graphAsJson({ roots, packages }: PackageGraph): object {
  return {
    roots,
    packages: packages.map(({ id, identity, options, version, requestedAt, dependencies }) => ({
      ...{ id, identity, options, version, requested: placeAsJson(requestedAt) },
      dependencies: dependencies.map(({ id: needed, neededBy, declaredAt }) => ({
        ...{ id: needed, needed_by: neededBy, declared: placeAsJson(declaredAt) },
      })),
    })),
  };
}

/** A place in a file as JSON has it. */
export function placeAsJson(place: DeclarationPlace | null): { file: string; line: number | null } | null {
  return place && { file: place.file, line: place.line };
}
