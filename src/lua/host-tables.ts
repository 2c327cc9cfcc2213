import { lua, type LuaThread } from './fengari.js';

/** Fills in whatever the table at `index` has not computed yet. */
type Complete = (L: LuaThread, index: number) => void;

/** The tables of one state that JavaScript made and that know more than their raw fields. */
export class HostTables {
  readonly #lazy = new WeakMap<object, Complete>();

  /** Remembers the table at the top of the stack as lazy. */
  rememberLazy(L: LuaThread, complete: Complete): void {
    const pointer = lua.lua_topointer(L, -1);
    if (pointer) this.#lazy.set(pointer, complete);
  }

  /** Computes what is missing when the table at `index` is lazy, so that it can be read whole. */
  complete(L: LuaThread, index: number): void {
    const pointer = lua.lua_topointer(L, index);
    if (pointer) this.#lazy.get(pointer)?.(L, lua.lua_absindex(L, index));
  }
}
