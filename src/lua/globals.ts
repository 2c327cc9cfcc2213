import { lua, type LuaThread } from './fengari.js';
import type { Machine } from './machine.js';
import { displayText, pushText } from './text.js';
import type { HostValue } from './values.js';

/** Names of all globals there are. */
export function globalNames(L: LuaThread): string[] {
  const names: string[] = [];
  lua.lua_pushglobaltable(L);
  lua.lua_pushnil(L);
  while (lua.lua_next(L, -2) !== 0) {
    lua.lua_pop(L, 1);
    // Only strings: asking a number for its text would change the key and confuse the traversal.
    if (lua.lua_type(L, -1) === lua.LUA_TSTRING) names.push(displayText(lua.lua_tolstring(L, -1) ?? new Uint8Array()));
  }
  lua.lua_pop(L, 1);
  return names;
}

/** Pops a value of the main stack into a global. */
export function popGlobal(L: LuaThread, name: string): void {
  lua.lua_pushglobaltable(L);
  lua.lua_insert(L, -2);
  pushText(L, name);
  lua.lua_insert(L, -2);
  lua.lua_rawset(L, -3);
  lua.lua_pop(L, 1);
}

/** Assigns a global as the host does: no metamethod runs. */
export function setGlobal(machine: Machine, name: string, value: HostValue): void {
  machine.writer.push(machine.main, value, name);
  popGlobal(machine.main, name);
}
