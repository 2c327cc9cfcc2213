import { lua, type LuaThread } from './fengari.js';
import { popGlobal } from './globals.js';
import { nameBytes } from './text.js';

/** fengari's CIST_OAH: "hooks were allowed when this protected call began". */
const HOOKS_WERE_ALLOWED = 1;

/**
 * fengari 0.1.5 forgets to set this mark (lua_pcallk), so that after the first error that `pcall` catches in a coroutine,
 * hooks stay off: no CPU limit any more. Setting it before the call repairs that.
 */
export function keepHooksInProtectedCalls(L: LuaThread): void {
  for (const name of ['pcall', 'xpcall']) {
    lua.lua_getglobal(L, nameBytes(name));
    const original = lua.lua_tocfunction(L, -1);
    lua.lua_pop(L, 1);
    lua.lua_pushcfunction(L, (T) => {
      T.ci.callstatus |= HOOKS_WERE_ALLOWED;
      return original(T);
    });
    popGlobal(L, name);
  }
}
