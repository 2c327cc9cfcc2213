import type { LuaState } from '../lua/index.js';
import { nearestName } from '../support/nearest-name.js';

export interface MisspeltGlobal {
  readonly written: string;
  readonly meant: string;
  readonly message: string;
}

/** Globals that a file assigned, that nobody reads, and that look like ones that are read but were not assigned. */
export function misspeltGlobals(
  globals: Pick<LuaState, 'assignedGlobals'>,
  known: readonly string[],
  alsoKnown: readonly string[] = [],
): readonly MisspeltGlobal[] {
  const assigned = new Set(globals.assignedGlobals());
  const missing = known.filter((name) => !assigned.has(name));
  return [...assigned].flatMap((written) => {
    if (known.includes(written) || alsoKnown.includes(written)) return [];
    const meant = nearestName(written, missing);
    return meant === undefined
      ? []
      : [{ written, meant, message: `the global ${written} is not used; did you mean ${meant}?` }];
  });
}
