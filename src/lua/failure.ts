import { FettleError, type ErrorDetails } from '../errors/index.js';
import { lauxlib, lua, type LuaThread } from './fengari.js';
import type { Machine } from './machine.js';
import { hintForNil } from './misspelt-name.js';
import type { RaisedError } from './raised-errors.js';
import { displayText, displayValue, nameBytes, typeNameAt } from './text.js';
import { locate } from './traceback.js';

type Where = Pick<ErrorDetails, 'location' | 'traceback' | 'hint'>;

/**
 * The error to throw for the error value on top of `L`, which nothing in Lua caught: the original when a host function
 * threw it, else E_LUA_RUNTIME. `where` is where the thread stood.
 */
export function failureOf(machine: Machine, L: LuaThread, where: Where): unknown {
  const message = messageAt(L);
  const found = machine.raised.find(message);
  if (!found) return runtimeError(machine, message, where);
  const { raised, whole } = found;
  if (raised.thrown === undefined) return runtimeError(machine, message, whole ? raised : where);
  if (!(raised.thrown instanceof FettleError)) return raised.thrown;
  return whole ? raised.thrown.at(raised) : reworded(machine, message, { ...raised, thrown: raised.thrown });
}

/**
 * Where the thread stands whose error value is on top of `L`, and what may have been meant. Nothing of its stack must
 * be gone; `level` is that of the innermost function on it.
 */
export function whereFailed(machine: Machine, L: LuaThread, level: number): Where {
  const where = locate(L, machine.sources, level);
  const line = where.location?.text;
  if (line === undefined || lua.lua_type(L, -1) !== lua.LUA_TSTRING) return where;
  const hint = hintForNil(machine, L, { message: messageAt(L), line, level });
  return { ...where, ...(hint !== undefined && { hint }) };
}

/** An error of Lua code itself. */
function runtimeError(machine: Machine, message: string, where: Where): FettleError {
  const split = machine.sources.splitMessage(message);
  return new FettleError('E_LUA_RUNTIME', split?.message ?? message, {
    ...where,
    ...(split && { location: split.location }),
  });
}

/** The recipe caught a host error and raised a text of its own with it: its words, our code and facts. */
function reworded(machine: Machine, message: string, raised: RaisedError & { thrown: FettleError }): FettleError {
  const { code, facts, hint } = raised.thrown;
  const split = machine.sources.splitMessage(message);
  return new FettleError(code, split?.message ?? message, {
    facts,
    ...(hint !== undefined && { hint }),
    ...(raised.traceback && { traceback: raised.traceback }),
    ...((split?.location ?? raised.location) && { location: split?.location ?? raised.location }),
    cause: raised.thrown,
  });
}

/** What an error value says. Any value can be raised in Lua. */
function messageAt(L: LuaThread): string {
  switch (lua.lua_type(L, -1)) {
    case lua.LUA_TSTRING:
    case lua.LUA_TNUMBER:
      return displayText(lua.lua_tolstring(L, -1) ?? new Uint8Array());
    case lua.LUA_TTABLE:
      return tableMessage(L);
    case lua.LUA_TNIL:
      return 'error(nil) was called.';
    default:
      return `The error value is a ${typeNameAt(L, -1)}.`;
  }
}

function tableMessage(L: LuaThread): string {
  return metamethodMessage(L) ?? fieldMessage(L) ?? 'The error value is a table without a message.';
}

/** What the table's own __tostring says; nothing when it has none or fails. */
function metamethodMessage(L: LuaThread): string | undefined {
  if (!lua.lua_getmetatable(L, -1)) return undefined;
  const type = lua.lua_getfield(L, -1, nameBytes('__tostring'));
  lua.lua_pop(L, 2);
  if (type === lua.LUA_TNIL) return undefined;
  lua.lua_pushcfunction(L, (T) => {
    lauxlib.luaL_tolstring(T, 1);
    return 1;
  });
  lua.lua_pushvalue(L, -2);
  const failed = lua.lua_pcall(L, 1, 1, 0) !== lua.LUA_OK;
  const text = displayValue(L, -1);
  lua.lua_pop(L, 1);
  return failed ? undefined : text;
}

function fieldMessage(L: LuaThread): string | undefined {
  pushMessageField(L);
  const bytes = lua.lua_type(L, -1) === lua.LUA_TSTRING ? lua.lua_tolstring(L, -1) : null;
  lua.lua_pop(L, 1);
  return bytes ? displayText(bytes) : undefined;
}

function pushMessageField(L: LuaThread): void {
  lua.lua_pushvalue(L, -1);
  const bytes = nameBytes('message');
  lua.lua_pushlstring(L, bytes, bytes.length);
  lua.lua_rawget(L, -2);
  lua.lua_remove(L, -2);
}
