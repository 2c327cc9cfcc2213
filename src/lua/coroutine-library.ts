import { lua, lauxlib, type CFunction, type LuaThread } from './fengari.js';
import type { Table } from './fengari-values.js';
import type { Machine } from './machine.js';
import { setFunction } from './tables.js';
import { displayText, nameBytes, pushText } from './text.js';
import { locate } from './traceback.js';

/** What `resume` and `wrap` do with what a coroutine gave or raised. */
interface Manner {
  succeed(L: LuaThread, results: number): number;
  fail(L: LuaThread): number;
}

/**
 * Replaces what the standard library's `resume`, `wrap`, `yield`, `running` and `isyieldable` get wrong here: a coroutine of
 * a recipe that waits for fettle must suspend all coroutines around it up to the driver, and the coroutine that the driver
 * made for the call is, for the recipe, the main program.
 */
export function adaptCoroutineLibrary(machine: Machine, L: LuaThread, library: Table): void {
  const functions: Record<string, CFunction> = {
    resume: (T) =>
      resume(machine, T, { coroutine: threadArgument(T), arguments: lua.lua_gettop(T) - 1, manner: asStatus }),
    wrap: (T) => wrap(machine, T),
    yield: (T) => yieldToRecipe(machine, T),
    running: (T) => {
      const isMain = lua.lua_pushthread(T) || machine.suspensions.isDriven(T);
      lua.lua_pushboolean(T, isMain);
      return 2;
    },
    isyieldable: (T) => {
      lua.lua_pushboolean(T, lua.lua_isyieldable(T) && !machine.suspensions.isDriven(T));
      return 1;
    },
  };
  for (const [name, fn] of Object.entries(functions)) setFunction(L, library, name, fn);
}

const asStatus: Manner = {
  succeed(L, results) {
    lua.lua_pushboolean(L, true);
    lua.lua_insert(L, -(results + 1));
    return results + 1;
  },
  fail(L) {
    lua.lua_pushboolean(L, false);
    lua.lua_insert(L, -2);
    return 2;
  },
};

const asResults: Manner = {
  succeed: (_L, results) => results,
  fail: (L) => lua.lua_error(L),
};

function wrap(machine: Machine, L: LuaThread): number {
  lauxlib.luaL_checktype(L, 1, lua.LUA_TFUNCTION);
  const coroutine = lua.lua_newthread(L);
  lua.lua_pushvalue(L, 1);
  lua.lua_xmove(L, coroutine, 1);
  lua.lua_pushcfunction(L, (T) => resume(machine, T, { coroutine, arguments: lua.lua_gettop(T), manner: asResults }));
  return 1;
}

interface Resumption {
  readonly coroutine: LuaThread;
  readonly arguments: number;
  readonly manner: Manner;
}

function resume(machine: Machine, L: LuaThread, resumption: Resumption): number {
  const { coroutine, manner } = resumption;
  const refusal = refusalOf(machine, coroutine, resumption.arguments);
  if (refusal !== null) {
    pushText(L, refusal);
    return manner.fail(L);
  }
  machine.suspensions.resumes(L, coroutine);
  lua.lua_xmove(L, coroutine, resumption.arguments);
  return finishSlice(machine, L, { ...resumption, status: lua.lua_resume(coroutine, L, resumption.arguments) });
}

function refusalOf(machine: Machine, coroutine: LuaThread, count: number): string | null {
  // A coroutine that waits for fettle, and the one the driver made, are resumed by nobody else.
  if (machine.suspensions.isDriven(coroutine) || machine.suspensions.of(coroutine))
    return 'cannot resume non-suspended coroutine';
  if (lua.lua_status(coroutine) === lua.LUA_OK && lua.lua_gettop(coroutine) === 0)
    return 'cannot resume dead coroutine';
  return lua.lua_checkstack(coroutine, count) ? null : 'too many arguments to resume';
}

/** After a coroutine stopped: pass its wait on, or give its results, or its error. */
function finishSlice(machine: Machine, L: LuaThread, slice: Resumption & { status: number }): number {
  const { coroutine, manner, status } = slice;
  const suspension = status === lua.LUA_YIELD ? machine.suspensions.of(coroutine) : undefined;
  if (suspension) {
    machine.suspensions.suspend(L, suspension);
    return lua.lua_yieldk(L, 0, slice, (T) => goOn(machine, T, slice));
  }
  if (status !== lua.LUA_OK && status !== lua.LUA_YIELD) {
    rememberOrigin(machine, coroutine);
    lua.lua_xmove(coroutine, L, 1);
    return manner.fail(L);
  }
  return moveResults(L, slice);
}

function goOn(machine: Machine, L: LuaThread, slice: Resumption): number {
  machine.suspensions.end(L);
  machine.suspensions.end(slice.coroutine);
  return finishSlice(machine, L, { ...slice, status: lua.lua_resume(slice.coroutine, L, 0) });
}

function moveResults(L: LuaThread, { coroutine, manner }: Resumption): number {
  const results = lua.lua_gettop(coroutine);
  if (!lua.lua_checkstack(L, results + 1)) {
    lua.lua_pop(coroutine, results);
    pushText(L, 'too many results to resume');
    return manner.fail(L);
  }
  lua.lua_xmove(coroutine, L, results);
  return manner.succeed(L, results);
}

/** The stack of the coroutine is lost once its error moves on: keep where it happened. */
function rememberOrigin(machine: Machine, coroutine: LuaThread): void {
  const bytes = lua.lua_type(coroutine, -1) === lua.LUA_TSTRING ? lua.lua_tolstring(coroutine, -1) : null;
  if (!bytes) return;
  const message = displayText(bytes);
  if (!machine.raised.find(message)?.whole) machine.raised.remember(message, locate(coroutine, machine.sources));
}

function yieldToRecipe(machine: Machine, L: LuaThread): number {
  if (!machine.suspensions.isDriven(L)) return lua.lua_yield(L, lua.lua_gettop(L));
  return lauxlib.luaL_error(L, nameBytes('attempt to yield from outside a coroutine'));
}

function threadArgument(L: LuaThread): LuaThread {
  lauxlib.luaL_checktype(L, 1, lua.LUA_TTHREAD);
  const coroutine = lua.lua_tothread(L, 1);
  if (!coroutine) throw new Error('a thread that is none');
  return coroutine;
}
