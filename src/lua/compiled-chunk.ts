import { lua, type LuaThread } from './fengari.js';
import { LClosure, Proto, TValue, luaF_initupvals, pushobj2s, types, type Table } from './fengari-values.js';

/** What a chunk was compiled to; no state has run it. */
export interface CompiledChunk {
  readonly main: Proto;
  /** How many numbers of objects compiling took. */
  readonly ids: number;
}

/**
 * What was compiled to the function on top of the stack, which has not run.
 * @param firstId the next number of an object, before it was compiled
 */
export function compiledAt(L: LuaThread, firstId: number): CompiledChunk {
  const nextId = L.l_G.id_counter;
  const { p } = lua.lua_topointer(L, -1) as LClosure;
  const main = copyOf(L, p);
  L.l_G.id_counter = nextId;
  return { main, ids: nextId - firstId };
}

/** Pushes a function of the chunk, as compiling it in this state would. */
export function pushCompiled(L: LuaThread, globals: Table, { main, ids }: CompiledChunk): void {
  const firstId = L.l_G.id_counter;
  const closure = new LClosure(L, 1);
  closure.p = copyOf(L, main);
  luaF_initupvals(L, closure);
  closure.upvals[0]?.setfrom(new TValue(types.LUA_TTABLE, globals));
  pushobj2s(L, new TValue(types.LUA_TLCL, closure));
  // Recipes see the numbers of objects; these must not tell whether it was compiled here.
  L.l_G.id_counter = firstId + ids;
}

/** All of a function that never changes is shared; the closure that fengari remembers in it is not. */
function copyOf(L: LuaThread, proto: Proto): Proto {
  return Object.assign(new Proto(L), proto, { cache: null, p: proto.p.map((inner) => copyOf(L, inner)) });
}
