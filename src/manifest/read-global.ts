import { FettleError } from '../errors/index.js';
import type { LuaState, LuaValue } from '../lua/index.js';
import type { Place } from './place.js';

/**
 * The global that stands at `place`.
 * @throws FettleError E_LUA_VALUE, where it is assigned, when it cannot be read as data
 */
export function readGlobal(globals: Pick<LuaState, 'global'>, place: Place): LuaValue {
  try {
    return globals.global(place.field);
  } catch (error) {
    const { location } = place;
    throw error instanceof FettleError && location ? error.at({ location }) : error;
  }
}
