import type { LuaState } from '../lua/index.js';
import { describeValue, type Identity, type Place } from '../manifest/index.js';

/**
 * Sees to it that a recipe is the one its referrer asked for.
 * @throws FettleError E_RECIPE_IDENTITY when `identity` is missing, not a string, or another one
 */
export function verifyIdentity(state: LuaState, place: Place, expected: Identity): void {
  const declared = state.global('identity');
  if (declared === expected.text) return;
  if (declared === undefined)
    throw mismatch(place, expected, { got: 'nil', problem: 'The recipe declares no identity.' });
  if (typeof declared !== 'string') {
    throw mismatch(place, expected, {
      got: describeValue(declared),
      problem: 'The identity of the recipe is not a string.',
    });
  }
  throw mismatch(place, expected, {
    got: declared,
    problem: `The recipe is ${JSON.stringify(declared)}, not ${JSON.stringify(expected.text)}.`,
  });
}

function mismatch(place: Place, expected: Identity, { got, problem }: { got: string; problem: string }): Error {
  return place.error(problem, {
    code: 'E_RECIPE_IDENTITY',
    facts: { expected: expected.text, got },
    hint: `Write identity = ${JSON.stringify(expected.text)} in the recipe, or ask for the identity that it declares.`,
  });
}
