import { lua, type LuaThread } from './fengari.js';

/** Fills in whatever the table at `index` has not computed yet. */
type Complete = (L: LuaThread, index: number) => void;

interface Lazy {
  readonly complete: Complete;
  /** The fields that are not computed yet. */
  readonly names: () => Iterable<string>;
}

/** The tables of one state that JavaScript made and that know more than their raw fields. */
export class HostTables {
  readonly #lazy = new WeakMap<object, Lazy>();

  /** Remembers the table at the top of the stack as lazy. */
  rememberLazy(L: LuaThread, lazy: Lazy): void {
    const pointer = lua.lua_topointer(L, -1);
    if (pointer) this.#lazy.set(pointer, lazy);
  }

  /** Names of fields that the table at `index` would compute. */
  namesToCome(L: LuaThread, index: number): Iterable<string> {
    const pointer = lua.lua_topointer(L, index);
    return (pointer && this.#lazy.get(pointer)?.names()) ?? [];
  }

  /** Computes what is missing when the table at `index` is lazy, so that it can be read whole. */
  complete(L: LuaThread, index: number): void {
    const pointer = lua.lua_topointer(L, index);
    if (pointer) this.#lazy.get(pointer)?.complete(L, lua.lua_absindex(L, index));
  }
}
