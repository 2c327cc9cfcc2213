import type { PackageState, SurveyedPackage } from '../../engine/index.js';
import type { MissReason } from '../../events/index.js';
import { placeAsJson } from '../graph/index.js';
import { failureJson } from '../run-json.js';
import { builtIn } from './durations.js';
import type { Needs } from './needs.js';

/** What `fettle why --json` prints of one package; docs/why.md promises these names. */
export function whyAsJson(of: SurveyedPackage, needs: Needs, state: PackageState): object {
  const { id, identity, options, version } = of;
  return {
    ...{ id, identity, options, version },
    requested: placeAsJson(needs.requestedAt),
    needed_by: needs.dependants.map(({ id: dependant, neededBy, declaredAt }) => ({
      ...{ id: dependant, phase: neededBy, declared: placeAsJson(declaredAt) },
    })),
    chains: needs.chains,
    ...stateAsJson(state),
  };
}

interface StateJson {
  readonly status: PackageState['status'];
  readonly key: string | null;
  readonly path: string | null;
  /** When and in how many milliseconds it was built. */
  readonly built: string | null;
  readonly build_ms: number | null;
  /** Why it is not in the cache. */
  readonly reasons: readonly MissReason[];
  /** The build that this was found out by. */
  readonly compared_with: { readonly key: string; readonly built: string } | null;
  /** Why it was built then; null where nobody remembers. */
  readonly built_because: readonly MissReason[] | null;
  readonly error: object | null;
}

const NOTHING: Omit<StateJson, 'status'> = {
  ...{ key: null, path: null, built: null, build_ms: null, reasons: [] },
  ...{ compared_with: null, built_because: null, error: null },
};

function stateAsJson(state: PackageState): StateJson {
  const { status } = state;
  switch (status) {
    case 'user-managed':
    case 'other-platform':
      return { ...NOTHING, status };
    case 'unknown':
      return { ...NOTHING, status, error: failureJson(state.error).error };
    case 'missing': {
      const { reasons, comparedWith } = state.miss;
      const compared = comparedWith && { key: comparedWith.key, built: asTime(comparedWith.builtAt) };
      return { ...NOTHING, status, key: state.key, reasons, compared_with: compared };
    }
    case 'cached': {
      const { id, assetDir: path, completedAt } = state.entry;
      const built = { built: asTime(completedAt), build_ms: builtIn(state.entry) };
      return { ...NOTHING, status, key: id.key, path, ...built, built_because: state.build?.reasons ?? null };
    }
  }
}

function asTime(time: number): string {
  return new Date(time).toISOString();
}
