import { FettleError, messageOf } from '../errors/index.js';
import { lua, type LuaThread } from './fengari.js';
import type { Machine } from './machine.js';
import { pushText } from './text.js';
import { callerPosition, locate } from './traceback.js';

/**
 * From now on, whatever JavaScript throws below Lua is raised inside Lua as a string with the position of the call, and
 * remembered, so that the original comes out where no `pcall` catches it.
 */
export function catchNativeErrors(machine: Machine): void {
  lua.lua_atnativeerror(machine.main, (L) => raise(machine, L, lua.lua_touserdata(L, 1)));
}

function raise(machine: Machine, L: LuaThread, thrown: unknown): number {
  const error = isRangeError(thrown) ? exhausted(thrown) : thrown;
  const message = callerPosition(L) + messageOf(error);
  machine.raised.remember(message, { thrown: error, ...locate(L, machine.sources, 1) });
  pushText(L, message);
  return 1;
}

/** JavaScript's way to say that a string, an array or the stack grew too large. */
function isRangeError(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'name' in thrown && thrown.name === 'RangeError';
}

function exhausted(cause: unknown): FettleError {
  return new FettleError('E_LUA_RUNTIME', `Lua code asked for more than there is: ${messageOf(cause)}.`, {
    hint: 'Look for a recursion that does not end, or for a very large string or table.',
    cause,
  });
}
