/**
 * The one door to fengari, which ships no types. Names are those of the Lua 5.3 reference manual, chapter 4; only what
 * this room uses is declared. Strings cross as bytes (`LuaBytes`), which must never be changed: fengari hands out its own.
 */
// @ts-expect-error fengari ships no types
import * as untyped from 'fengari';

/** A Lua thread: the main one or a coroutine. Opaque but for two fields that repair fengari. */
export interface LuaThread {
  /** Stack index of the running message handler, 0 for none. Set to 0 by the CPU limit so that no handler runs after it. */
  errfunc: number;
  /** The running function's frame. */
  readonly ci: { callstatus: number };
}

export type LuaBytes = Uint8Array;

/** A function as Lua calls it: arguments on the stack, returns how many results it left there. */
export type CFunction = (L: LuaThread) => number;

/** Called when a suspended C function goes on; `context` is what `lua_yieldk` was given. */
export type Continuation<C> = (L: LuaThread, status: number, context: C) => number;

export interface DebugRecord {
  readonly name: LuaBytes | null;
  readonly namewhat: LuaBytes | null;
  readonly what: LuaBytes;
  readonly source: LuaBytes;
  readonly currentline: number;
  readonly linedefined: number;
  readonly short_src: LuaBytes;
}

interface LuaApi {
  readonly LUA_OK: 0;
  readonly LUA_YIELD: 1;
  readonly LUA_ERRSYNTAX: 3;
  readonly LUA_MULTRET: -1;
  readonly LUA_MASKCOUNT: number;
  readonly LUA_REGISTRYINDEX: number;
  readonly LUA_RIDX_GLOBALS: number;
  readonly LUA_TNONE: number;
  readonly LUA_TNIL: number;
  readonly LUA_TBOOLEAN: number;
  readonly LUA_TNUMBER: number;
  readonly LUA_TSTRING: number;
  readonly LUA_TTABLE: number;
  readonly LUA_TFUNCTION: number;
  readonly LUA_TTHREAD: number;
  readonly lua_Debug: new () => DebugRecord;
  lua_absindex(L: LuaThread, index: number): number;
  lua_atnativeerror(L: LuaThread, handler: CFunction): CFunction | null;
  lua_call(L: LuaThread, argumentCount: number, resultCount: number): void;
  lua_checkstack(L: LuaThread, slots: number): boolean;
  lua_createtable(L: LuaThread, arraySlots: number, recordSlots: number): void;
  lua_error(L: LuaThread): never;
  lua_getglobal(L: LuaThread, name: LuaBytes): number;
  lua_getfield(L: LuaThread, index: number, key: LuaBytes): number;
  lua_getinfo(L: LuaThread, what: LuaBytes, record: DebugRecord): number;
  /** Pushes the value and gives the name; null, with nothing pushed, when there are fewer. */
  lua_getlocal(L: LuaThread, record: DebugRecord, position: number): LuaBytes | null;
  lua_getmetatable(L: LuaThread, index: number): boolean;
  lua_getstack(L: LuaThread, level: number, record: DebugRecord): number;
  lua_gettop(L: LuaThread): number;
  lua_insert(L: LuaThread, index: number): void;
  lua_isyieldable(L: LuaThread): boolean;
  lua_newthread(L: LuaThread): LuaThread;
  lua_next(L: LuaThread, index: number): number;
  lua_pcall(L: LuaThread, argumentCount: number, resultCount: number, handlerIndex: number): number;
  lua_pop(L: LuaThread, count: number): void;
  lua_pushboolean(L: LuaThread, value: boolean): void;
  lua_pushcfunction(L: LuaThread, fn: CFunction): void;
  lua_pushglobaltable(L: LuaThread): void;
  lua_pushinteger(L: LuaThread, value: number): void;
  lua_pushlstring(L: LuaThread, value: LuaBytes, length: number): void;
  lua_pushnil(L: LuaThread): void;
  lua_pushnumber(L: LuaThread, value: number): void;
  lua_pushthread(L: LuaThread): boolean;
  lua_pushvalue(L: LuaThread, index: number): void;
  lua_rawequal(L: LuaThread, left: number, right: number): number;
  lua_rawget(L: LuaThread, index: number): number;
  lua_rawgeti(L: LuaThread, index: number, key: number): number;
  lua_rawset(L: LuaThread, index: number): void;
  lua_rawseti(L: LuaThread, index: number, key: number): void;
  lua_remove(L: LuaThread, index: number): void;
  lua_replace(L: LuaThread, index: number): void;
  lua_resume(L: LuaThread, from: LuaThread | null, argumentCount: number): number;
  lua_setfield(L: LuaThread, index: number, key: LuaBytes): void;
  lua_setmetatable(L: LuaThread, index: number): void;
  lua_sethook(L: LuaThread, hook: (L: LuaThread) => void, mask: number, count: number): void;
  lua_settop(L: LuaThread, index: number): void;
  lua_status(L: LuaThread): number;
  lua_tocfunction(L: LuaThread, index: number): CFunction;
  lua_toboolean(L: LuaThread, index: number): boolean;
  lua_tolstring(L: LuaThread, index: number): LuaBytes | null;
  lua_tonumber(L: LuaThread, index: number): number;
  lua_topointer(L: LuaThread, index: number): object | null;
  lua_tothread(L: LuaThread, index: number): LuaThread | null;
  lua_touserdata(L: LuaThread, index: number): unknown;
  lua_type(L: LuaThread, index: number): number;
  lua_typename(L: LuaThread, type: number): LuaBytes;
  lua_xmove(from: LuaThread, to: LuaThread, count: number): void;
  lua_yield(L: LuaThread, resultCount: number): number;
  lua_yieldk<C>(L: LuaThread, resultCount: number, context: C, go: Continuation<C>): number;
}

interface AuxiliaryApi {
  luaL_checktype(L: LuaThread, argument: number, type: number): void;
  luaL_error(L: LuaThread, format: LuaBytes): never;
  luaL_loadbufferx(L: LuaThread, chunk: LuaBytes, size: number, name: LuaBytes, mode: LuaBytes): number;
  luaL_newstate(): LuaThread;
  luaL_ref(L: LuaThread, table: number): number;
  luaL_requiref(L: LuaThread, name: LuaBytes, open: CFunction, global: boolean): void;
  luaL_tolstring(L: LuaThread, index: number): LuaBytes;
}

interface LibraryApi {
  readonly luaopen_base: CFunction;
  readonly luaopen_coroutine: CFunction;
  readonly luaopen_math: CFunction;
  readonly luaopen_string: CFunction;
  readonly luaopen_table: CFunction;
  readonly luaopen_utf8: CFunction;
  luaL_openlibs(L: LuaThread): void;
}

export const { lua, lauxlib, lualib } = untyped as {
  readonly lua: LuaApi;
  readonly lauxlib: AuxiliaryApi;
  readonly lualib: LibraryApi;
};
