import { PHASES } from '../events/index.js';
import { LuaTable, type LuaValue } from '../lua/index.js';
import { nearestName } from '../support/nearest-name.js';
import type { DeclaredIn } from './declared-in.js';
import { parseIdentity, type Identity } from './identity.js';
import { LuaFields, readArray, wrongType } from './lua-fields.js';
import { NO_OPTIONS, parseOptions } from './options.js';
import { Place } from './place.js';
import { plainRequest } from './plain-request.js';
import { parsePlatforms } from './platforms.js';
import { parseOrigin, refuseRemoteLocal } from './request-origin.js';
import type { NeededBy, PackageRequest } from './request.js';

/** An entry of the manifest's `packages`, or of a recipe's `dependencies`. */
export type RequestKind = 'package' | 'dependency';

/** What the `fetch` of an entry needs first; like a dependency, but with no phase to be needed by. */
type EntryKind = RequestKind | 'prerequisite';

const FIELDS = [
  'recipe',
  'source',
  'sha256',
  'ref',
  'subdir',
  'options',
  'platforms',
  'fetch',
  'dependencies',
] as const;
const DEPENDENCY_FIELDS = [...FIELDS, 'needed_by'] as const;

/** What authors who know other tools may write for ours. */
const MEANT = { identity: 'recipe', package: 'recipe', name: 'recipe', url: 'source', git: 'source', path: 'source' };

const NEEDED_BY: readonly NeededBy[] = PHASES.filter((phase) => phase !== 'recipe_fetch');

/**
 * Reads one entry: an identity alone, or a table of fields.
 * @param where the entry's place; relative sources resolve against its directory
 * @throws FettleError E_MANIFEST (packages) or E_RECIPE (dependencies), E_IDENTITY, E_OPTION, E_SOURCE,
 *   E_INTEGRITY_SPEC, E_LOCAL_ACCESS
 */
export function parseRequest(value: LuaValue, where: DeclaredIn, kind: RequestKind): PackageRequest {
  return parseEntry(value, Place.of(where, kind === 'package' ? 'E_MANIFEST' : 'E_RECIPE'), kind);
}

function parseEntry(value: LuaValue, place: Place, kind: EntryKind): PackageRequest {
  if (typeof value === 'string') {
    return plainRequest(
      place.locating(() => parseIdentity(value)),
      { declaredIn: place },
    );
  }
  if (!(value instanceof LuaTable)) throw wrongType(place, 'an identity or a table', value);
  const fields = LuaFields.of(value, place);
  refuseUnknown(fields, kind);
  const options = fields.get('options');
  const request: PackageRequest = {
    identity: parseRecipe(fields),
    options: options === undefined ? NO_OPTIONS : parseOptions(options, place.at('options')),
    ...parseOrigin(fields, parsePrerequisites(fields)),
    platforms: parsePlatforms(fields.get('platforms'), place.at('platforms')),
    neededBy: parseNeededBy(fields),
    declaredIn: place,
  };
  refuseRemoteLocal(request, place);
  return Object.freeze(request);
}

function refuseUnknown(fields: LuaFields, kind: EntryKind): void {
  const { place } = fields;
  if (kind !== 'dependency' && fields.get('needed_by') !== undefined) {
    throw place.at('needed_by').error(`${place.field} has needed_by, which only a recipe's dependencies have.`, {
      facts: { known: FIELDS },
      hint: 'Remove needed_by: what is listed here is needed whole.',
    });
  }
  fields.refuseOthers(kind === 'dependency' ? DEPENDENCY_FIELDS : FIELDS, MEANT);
}

function parseRecipe(fields: LuaFields): Identity {
  const text = fields.string('recipe');
  const { place } = fields;
  if (text !== undefined) return place.at('recipe').locating(() => parseIdentity(text));
  throw place.error(`${place.field} does not say which recipe it is.`, {
    facts: { expected: 'recipe = "namespace.name@version"' },
    hint: 'Add the field recipe, e.g. recipe = "fettle.node@v1".',
  });
}

function parsePrerequisites(fields: LuaFields): readonly PackageRequest[] {
  const value = fields.get('dependencies');
  if (value === undefined) return [];
  const place = fields.place.at('dependencies');
  const elements = readArray(value, place, 'an array of identities and tables');
  return Object.freeze(elements.map((element, index) => parseEntry(element, place.at(index + 1), 'prerequisite')));
}

function parseNeededBy(fields: LuaFields): NeededBy | undefined {
  const value = fields.get('needed_by');
  if (value === undefined) return undefined;
  const known = NEEDED_BY.find((phase) => phase === value);
  if (known) return known;
  const place = fields.place.at('needed_by');
  if (typeof value !== 'string') throw wrongType(place, 'the name of a phase', value);
  const nearest = nearestName(value, NEEDED_BY);
  throw place.error(`${place.field} must be one of the phases ${NEEDED_BY.join(', ')}, not ${JSON.stringify(value)}.`, {
    facts: { known: NEEDED_BY, got: value, ...(nearest !== undefined && { nearest }) },
    ...(nearest !== undefined && { hint: `Did you mean ${JSON.stringify(nearest)}?` }),
  });
}
