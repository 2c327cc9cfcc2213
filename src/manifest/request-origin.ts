import { parseIntegrity, parseSource, type Integrity, type Source } from '../fetch/index.js';
import type { LuaFields } from './lua-fields.js';
import type { Place } from './place.js';
import type { PackageRequest } from './request.js';

type Origin = Pick<PackageRequest, 'source' | 'integrity' | 'ref' | 'subdir' | 'fetch' | 'fetchDependencies'>;

/**
 * Reads where an entry's recipe comes from, and sees to it that the fields go together.
 * @throws FettleError of the place's code, E_SOURCE, E_INTEGRITY_SPEC
 */
export function parseOrigin(fields: LuaFields, fetchDependencies: readonly PackageRequest[]): Origin {
  const origin: Origin = {
    source: parseRecipeSource(fields),
    integrity: parseDigest(fields),
    ref: fields.string('ref'),
    subdir: fields.subdirectory('subdir'),
    fetch: fields.function('fetch'),
    fetchDependencies,
  };
  const contradiction = gitContradiction(origin) ?? otherContradiction(origin);
  if (!contradiction) return origin;
  const [field, problem, hint] = contradiction;
  throw fields.place.at(field).error(`${fields.place.field} ${problem}.`, { hint });
}

/**
 * The namespace `local` promises that the recipe is a file of this project that can be edited.
 * @throws FettleError E_LOCAL_ACCESS
 */
export function refuseRemoteLocal({ identity, source, fetch }: PackageRequest, place: Place): void {
  if (identity.namespace !== 'local' || (!fetch && (!source || source.kind === 'path'))) return;
  throw place.at(fetch ? 'fetch' : 'source').error(`${identity.text} must come from a local path.`, {
    code: 'E_LOCAL_ACCESS',
    facts: { identity: identity.text, expected: 'a path', got: source?.text ?? 'a fetch function' },
    hint: 'Give the recipe another namespace than local, or a path as its source.',
  });
}

function parseRecipeSource(fields: LuaFields): Source | undefined {
  const text = fields.string('source');
  if (text === undefined) return undefined;
  const place = fields.place.at('source');
  const source = place.locating(() => parseSource(text, place.directory));
  if (source.kind !== 'registry') return source;
  throw place.error('A recipe cannot come from a package registry.', {
    code: 'E_SOURCE',
    facts: { got: source.text },
    hint: 'Give the path, the http(s) address or the git repository of the recipe.',
  });
}

function parseDigest(fields: LuaFields): Integrity | undefined {
  const text = fields.string('sha256');
  return text === undefined ? undefined : fields.place.at('sha256').locating(() => parseIntegrity(text));
}

/** The field that is wrong, what is wrong with it, and what to do. */
type Contradiction = readonly [field: string, problem: string, hint: string];

function gitContradiction({ source, ref, integrity }: Origin): Contradiction | undefined {
  if (source?.kind !== 'git') {
    return ref === undefined
      ? undefined
      : ['ref', 'has a ref, which only a git source has', 'Remove ref, or give a git URL as source.'];
  }
  if (ref === undefined)
    return ['source', 'has a git source without a ref', 'Add ref = "…": a commit, a tag or a branch.'];
  if (integrity) {
    return ['sha256', 'has a sha256, which a git source cannot have', 'Use a full commit id as ref: git verifies it.'];
  }
  return undefined;
}

function otherContradiction({ source, subdir, fetch, fetchDependencies }: Origin): Contradiction | undefined {
  if (source && fetch)
    return ['fetch', 'has both source and fetch', 'Keep the one that says where the recipe comes from.'];
  if (!fetch && fetchDependencies.length > 0) {
    return [
      'dependencies',
      'has dependencies, but no fetch that needs them',
      'What a package itself needs stands in its recipe.',
    ];
  }
  if (subdir !== undefined && !source && !fetch) {
    return ['subdir', 'has a subdir, but no source that it is in', 'Add the source.'];
  }
  return undefined;
}
