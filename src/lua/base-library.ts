import { lua, lualib, type CFunction, type LuaThread } from './fengari.js';
import { luaH_new } from './fengari-values.js';
import { forbidden } from './forbidden.js';
import { LibraryTemplate } from './library-template.js';
import type { Machine } from './machine.js';
import { printFunction } from './print.js';
import { keepHooksInProtectedCalls } from './protected-calls.js';
import { LOADED, requireFunction } from './require.js';
import { rawField, setFunction, setTable, tableAt } from './tables.js';
import { nameBytes } from './text.js';
import { NEXT } from './write.js';

/** What each state has of its own: the template keeps their places. */
const OWN = ['_G', 'print', 'require'] as const;

let template: LibraryTemplate | undefined;

/** Opens the functions that are globals themselves. */
export function openBaseLibrary(machine: Machine): void {
  const { main: L, globals, options } = machine;
  template ??= makeTemplate(machine);
  template.copyTo(L, globals);
  const tell = (line: string): void => options.log?.('info', line);
  setTable(L, globals, '_G', globals);
  setFunction(L, globals, 'print', printFunction(tell));
  setFunction(L, globals, 'require', requireFunction(machine));
  keepLoaded(machine);
  keepNext(machine);
}

/** Keeps the original `next` for fettle, whatever a chunk assigns to the global. */
export function keepNext({ main: L, globals }: Machine): void {
  setFunction(L, tableAt(L, lua.LUA_REGISTRYINDEX), NEXT, rawField(globals, 'next').value as CFunction);
}

/** Makes the table of loaded modules, in which the globals are one. */
function keepLoaded({ main: L, globals }: Machine): void {
  const loaded = luaH_new(L);
  setTable(L, loaded, '_G', globals);
  setTable(L, tableAt(L, lua.LUA_REGISTRYINDEX), LOADED, loaded);
}

function makeTemplate({ main: L, globals }: Machine): LibraryTemplate {
  lua.lua_pushcfunction(L, lualib.luaopen_base);
  lua.lua_call(L, 0, 0);
  keepHooksInProtectedCalls(L);
  setFunction(L, globals, 'dofile', forbidden('dofile', 'Use require, which finds files beside the recipe.'));
  setFunction(L, globals, 'loadfile', forbidden('loadfile', 'Use require, which finds files beside the recipe.'));
  setFunction(L, globals, 'load', textOnly(rawField(globals, 'load').value as CFunction));
  setFunction(L, globals, 'collectgarbage', collectNothing);
  for (const name of OWN) setFunction(L, globals, name, collectNothing);
  return new LibraryTemplate(globals);
}

/** There is nothing to collect by hand: JavaScript does it. */
function collectNothing(L: LuaThread): number {
  lua.lua_pushinteger(L, 0);
  return 1;
}

/** `load` that refuses precompiled code, whatever mode it is called with. */
function textOnly(load: CFunction): CFunction {
  return (L) => {
    if (lua.lua_gettop(L) < 3) lua.lua_settop(L, 3);
    const mode = nameBytes('t');
    lua.lua_pushlstring(L, mode, mode.length);
    lua.lua_replace(L, 3);
    return load(L);
  };
}
