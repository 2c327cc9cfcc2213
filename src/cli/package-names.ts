import { FettleError } from '../errors/index.js';
import { nearestName } from '../support/nearest-name.js';

/** What a package may be called by: its id, its identity, and short forms: `gcc`, `arm.gcc`, `gcc@v2`. */
export function namesOfId(id: string): readonly string[] {
  const identity = id.replace(/\{.*/s, '');
  const [name = ''] = identity.split('@');
  const short = name.slice(name.indexOf('.') + 1);
  return [id, identity, name, short, identity.slice(identity.indexOf('.') + 1)];
}

/**
 * The packages of a graph that a name means.
 * @throws FettleError E_UNKNOWN_PACKAGE with the nearest name
 */
export function idsCalled(ids: readonly string[], name: string, manifestFile: string): readonly string[] {
  const matches = ids.filter((id) => namesOfId(id).includes(name));
  if (matches.length > 0) return matches;
  const nearest = nearestName(name, ids.flatMap(namesOfId));
  throw new FettleError('E_UNKNOWN_PACKAGE', `neither the manifest nor what it needs has a package ${name}`, {
    facts: { name, manifest: manifestFile, known: ids.length > 0 ? ids : 'none' },
    hint: nearest === undefined ? 'Run "fettle graph" to see all of them.' : `Did you mean "${nearest}"?`,
  });
}
