import { lua, type CFunction, type LuaThread } from './fengari.js';
import {
  TValue,
  invalidateTMcache,
  luaH_getstr,
  luaH_setfrom,
  types,
  type TString,
  type Table,
} from './fengari-values.js';
import { nameString } from './text.js';

/** The table of a state's global variables; a chunk can change what is in it, and not which it is. */
export function globalTable(L: LuaThread): Table {
  lua.lua_pushglobaltable(L);
  const table = tableAt(L, -1);
  lua.lua_pop(L, 1);
  return table;
}

/** The table at `index`. */
export function tableAt(L: LuaThread, index: number): Table {
  return lua.lua_topointer(L, index) as Table;
}

/** A field as it is, whatever a metatable says. */
export function rawField(table: Table, name: string): TValue {
  return luaH_getstr(table, nameString(name));
}

export function setFunction(L: LuaThread, table: Table, name: string, fn: CFunction): void {
  setField(L, table, name, new TValue(types.LUA_TLCF, fn));
}

export function setBoolean(L: LuaThread, table: Table, name: string, value: boolean): void {
  setField(L, table, name, new TValue(types.LUA_TBOOLEAN, value));
}

export function setTable(L: LuaThread, table: Table, name: string, value: Table): void {
  setField(L, table, name, new TValue(types.LUA_TTABLE, value));
}

function setField(L: LuaThread, table: Table, name: string, value: TValue): void {
  luaH_setfrom(L, table, new TValue(types.LUA_TLNGSTR, nameString(name)), value);
  invalidateTMcache(table);
}

/** The keys of a table that are strings, in the order in which Lua iterates them. */
export function* stringKeys({ f: first }: Table): Generator<TString> {
  for (let entry = first; entry; entry = entry.n) {
    if (isString(entry.key)) yield entry.key.value as TString;
  }
}

function isString({ type }: TValue): boolean {
  return type === types.LUA_TLNGSTR || type === types.LUA_TSHRSTR;
}
