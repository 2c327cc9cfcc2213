import { lua, lualib, type CFunction, type LuaThread } from './fengari.js';
import { luaH_new, type Table } from './fengari-values.js';
import { forbidden } from './forbidden.js';
import { LibraryTemplate } from './library-template.js';
import type { Machine } from './machine.js';
import { LOADED } from './require.js';
import { rawField, setFunction, setTable, tableAt } from './tables.js';

const OPEN = {
  coroutine: lualib.luaopen_coroutine,
  math: lualib.luaopen_math,
  string: lualib.luaopen_string,
  table: lualib.luaopen_table,
  utf8: lualib.luaopen_utf8,
} as const satisfies Readonly<Record<string, CFunction>>;

export type StandardLibrary = keyof typeof OPEN;

const templates = new Map<StandardLibrary, LibraryTemplate>();

/** Opens a library of Lua's own; the table, which is a global and loaded. */
export function openStandardLibrary({ globals }: Machine, L: LuaThread, name: StandardLibrary): Table {
  const library = luaH_new(L);
  templateOf(L, name).copyTo(L, library);
  if (name === 'string') giveMethodsToStrings(L, library);
  setTable(L, globals, name, library);
  setTable(L, rawField(tableAt(L, lua.LUA_REGISTRYINDEX), LOADED).value as Table, name, library);
  return library;
}

function templateOf(L: LuaThread, name: StandardLibrary): LibraryTemplate {
  const known = templates.get(name);
  if (known) return known;
  lua.lua_pushcfunction(L, OPEN[name]);
  lua.lua_call(L, 0, 1);
  const opened = tableAt(L, -1);
  if (name === 'string') {
    setFunction(L, opened, 'dump', forbidden('string.dump', 'Precompiled code is not run by fettle.'));
  }
  const template = new LibraryTemplate(opened);
  lua.lua_pop(L, 1);
  templates.set(name, template);
  return template;
}

/** A method of a string is a function of the library. */
function giveMethodsToStrings(L: LuaThread, library: Table): void {
  lua.lua_pushlstring(L, new Uint8Array(), 0);
  lua.lua_createtable(L, 0, 1);
  setTable(L, tableAt(L, -1), '__index', library);
  lua.lua_setmetatable(L, -2);
  lua.lua_pop(L, 1);
}
