import { LuaFunction, type LuaState } from '../lua/index.js';
import {
  parseRequest,
  platformMatches,
  readArray,
  uniqueRequests,
  type Identity,
  type Options,
  type PackageRequest,
  type Place,
} from '../manifest/index.js';
import type { Host } from '../host/index.js';

/** Whose dependencies are read, and where. */
export interface DependencyOwner {
  readonly identity: Identity;
  readonly options: Options;
  readonly host: Host;
}

/**
 * Reads the dependencies of a recipe: an array of entries, or a function of the options that returns one. Entries for
 * other platforms are left out.
 * @throws FettleError E_RECIPE, E_LOCAL_ACCESS, E_SOURCE_CONFLICT and what parseRequest throws
 */
export function parseDependencies(state: LuaState, place: Place, owner: DependencyOwner): readonly PackageRequest[] {
  const declared = state.global('dependencies');
  const value = declared instanceof LuaFunction ? state.callSync(declared, [owner.options])[0] : declared;
  if (value === undefined) return [];
  const at = declared instanceof LuaFunction ? place.onLine(declared.line) : place;
  const requests = readArray(value, at, 'an array of identities and tables').map((element, index) => {
    const request = parseRequest(element, at.at(index + 1), 'dependency');
    refuseLocal(request, owner.identity, at.at(index + 1));
    return request;
  });
  return uniqueRequests(requests.filter((request) => platformMatches(request.platforms, owner.host)));
}

/**
 * What is not local may be used by other projects, where a local recipe does not exist. As every recipe is held to it,
 * no chain of dependencies can lead from one to the other either.
 */
function refuseLocal(request: PackageRequest, owner: Identity, place: Place): void {
  if (owner.namespace === 'local') return;
  for (const needed of [request, ...request.fetchDependencies]) {
    if (needed.identity.namespace !== 'local') continue;
    throw place.error(`${owner.text} is not local, so it may not depend on ${needed.identity.text}.`, {
      code: 'E_LOCAL_ACCESS',
      facts: { recipe: owner.text, dependency: needed.identity.text },
      hint: 'Give the dependency a namespace of its own, or make both recipes local.',
    });
  }
}
